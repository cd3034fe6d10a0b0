"""The GARCH baseline against the model it was made from, and against arch's own forecasts."""

from __future__ import annotations

import numpy as np
import pytest
from arch import arch_model
from scipy import integrate, stats

from market.forecast.evaluation.garch import REFIT, Parameters, fit, garch_t
from tests.market.forecast.evaluation.walks import closes, garch, normal

MADE = Parameters(omega=2e-6, alpha=0.1, beta=0.85, nu=6.0)


def test_a_fit_finds_the_parameters_that_made_the_returns_whatever_their_scale() -> None:
    returns = garch(20_000, *MADE)
    for scale in (1e-4, 1.0, 1e4):
        found = fit((returns * scale).tolist())
        assert found is not None
        parameters, variance = found
        assert parameters.omega / scale**2 == pytest.approx(MADE.omega, rel=0.25)
        assert parameters.alpha == pytest.approx(MADE.alpha, abs=0.015)
        assert parameters.beta == pytest.approx(MADE.beta, abs=0.025)
        assert parameters.nu == pytest.approx(MADE.nu, abs=0.6)
        assert 0 < variance < 1e-2 * scale**2


def test_between_fits_the_bounds_are_those_of_the_fixed_model() -> None:
    returns = garch(2 * REFIT - 1, *MADE)
    bounds = garch_t([closes(returns)], [1, 5, 15], 0.05)
    model = arch_model(returns[:REFIT] / returns[:REFIT].std(), mean="Zero", dist="t", rescale=False)
    fitted = model.fit(disp="off", show_warning=False)
    # the same start of the recursion in both, which otherwise depends on the series' first 75 returns alone
    longer = arch_model(returns / returns[:REFIT].std(), mean="Zero", dist="t", rescale=False)
    expected = longer.fix(fitted.params).forecast(horizon=15).variance.to_numpy()[-1] * returns[:REFIT].var()
    nu = float(fitted.params["nu"])
    q = stats.t.ppf(0.975, nu) * np.sqrt((nu - 2) / nu)
    for horizon in (1, 5, 15):
        high = q * np.sqrt(expected[:horizon].sum())
        assert bounds[horizon][-1] == pytest.approx((-high, high), rel=1e-6)


def test_the_model_is_fitted_anew_after_so_many_returns() -> None:
    calm, wild = garch(REFIT, *MADE), garch(REFIT, MADE.omega * 100, *MADE[1:], seed=2)
    returns = np.concatenate([calm, wild])
    found = garch_t([closes(returns)], [1], 0.05)[1]
    assert found[:REFIT] == [None] * REFIT
    fitted = fit(returns.tolist())
    assert fitted is not None
    high = fitted[0].quantile(0.975) * fitted[1] ** 0.5
    assert found[-1] == pytest.approx((-high, high), rel=1e-4)


def test_the_variance_of_several_bars_tends_to_the_long_run_one() -> None:
    long_run = MADE.omega / (1 - MADE.alpha - MADE.beta)
    sums = MADE.sum_of_variances(4 * long_run, [1, 3, 2_000])
    assert sums[1] == 4 * long_run
    decay = MADE.alpha + MADE.beta
    assert sums[3] == pytest.approx(3 * long_run + 3 * long_run * (1 + decay + decay**2))
    assert sums[2_000] == pytest.approx(2_000 * long_run + 3 * long_run / (1 - decay))
    assert Parameters(0.0, 0.2, 0.8, 5.0).sum_of_variances(2.0, [1, 10]) == pytest.approx({1: 2.0, 10: 20.0})


def test_an_innovation_has_a_variance_of_1() -> None:
    # the integral of the squared quantile function is the second moment
    moment, _ = integrate.quad(lambda share: MADE.quantile(share) ** 2, 0, 1)
    assert moment == pytest.approx(1, rel=1e-3)


def test_fat_tails_widen_the_outer_bounds_and_not_the_inner_ones() -> None:
    fat, thin = Parameters(1e-6, 0.1, 0.8, 4.0), Parameters(1e-6, 0.1, 0.8, 400.0)
    assert fat.quantile(0.995) > thin.quantile(0.995)
    assert fat.quantile(0.8) < thin.quantile(0.8)


def test_no_model_is_fitted_to_returns_that_do_not_vary() -> None:
    assert fit([0.0] * 300) is None


def test_a_fit_that_does_not_converge_leaves_the_model_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    returns = normal(3 * REFIT)
    fits = iter([fit(returns[:REFIT].tolist()), None, None])
    monkeypatch.setattr("market.forecast.evaluation.garch.fit", lambda past: next(fits))
    found = garch_t([closes(returns)], [1], 0.05)[1]
    assert all(bounds is not None for bounds in found[REFIT:])
    assert next(fits, "used up") == "used up"
