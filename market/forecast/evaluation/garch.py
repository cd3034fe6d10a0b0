"""The baseline interval of a GARCH(1,1) with Student t innovations, walk-forward; shapes as in `baselines`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from arch import arch_model
from scipy import stats

from market.forecast.evaluation.baselines import Bounds, Forecasts, Sessions, one_bar_returns, symmetric

# Returns from one fit to the next, and before the first.
REFIT = 250


class Parameters(NamedTuple):
    """σ²(t + 1) = omega + alpha·r(t)² + beta·σ²(t); the innovations are Student t with `nu` degrees of freedom."""

    omega: float
    alpha: float
    beta: float
    nu: float

    def next_variance(self, variance: float, squared: float) -> float:
        """The next bar's variance, from this bar's and its squared return."""
        return self.omega + self.alpha * squared + self.beta * variance

    def sum_of_variances(self, variance: float, horizons: Sequence[int]) -> dict[int, float]:
        """The expected variance of the sum of the next h returns, for each h; `variance` is the next bar's.

        The expected variances of the bars after it: v(k + 1) = omega + (alpha + beta)·v(k), as E r² = σ² (Bollerslev,
        Journal of Econometrics 31, 1986). They add up, as the returns are uncorrelated.
        """
        found, total = {}, 0.0
        for step in range(1, max(horizons) + 1):
            total += variance
            if step in horizons:
                found[step] = total
            variance = self.omega + (self.alpha + self.beta) * variance
        return found

    def quantile(self, share: float) -> float:
        """The quantile of an innovation, which is scaled to a variance of 1: t(ν)·√((ν − 2)/ν)."""
        return float(stats.t.ppf(share, self.nu)) * math.sqrt((self.nu - 2) / self.nu)


def garch_t(sessions: Sessions, horizons: Sequence[int], alpha: float) -> Forecasts:
    """±q·σ(h): σ²(h) is the variance of h bars that GARCH expects, and q the quantile of one innovation.

    q is exact for one bar; the sum of several is closer to a normal distribution, which this leaves out. The model is
    fitted anew every 250 returns on all past ones; between fits its parameters stay and its variance goes on. A fit
    that does not converge is not used.
    """
    forecasts: Forecasts = {horizon: [] for horizon in horizons}
    past: list[float] = []
    model: Parameters | None = None
    variance, q = 0.0, 0.0
    for each in one_bar_returns(sessions):
        if each is not None:
            past.append(each)
            if model is not None:
                variance = model.next_variance(variance, each * each)
            if len(past) % REFIT == 0 and (fitted := fit(past)) is not None:
                model, variance = fitted
                q = model.quantile(1 - alpha / 2)
        for horizon, bounds in _bounds(model, variance, q, horizons).items():
            forecasts[horizon].append(bounds)
    return forecasts


def fit(returns: Sequence[float]) -> tuple[Parameters, float] | None:
    """The parameters by maximum likelihood, and the next bar's variance, both in units of the returns.

    The returns are divided by their standard deviation for the fit, as the optimiser needs numbers near 1. None where
    they do not vary, or the fit does not converge.
    """
    values = np.asarray(returns)
    scale = float(values.std())
    if not scale > 0:
        return None
    model = arch_model(values / scale, mean="Zero", vol="GARCH", p=1, q=1, dist="t", rescale=False)
    found = model.fit(disp="off", show_warning=False)
    if found.convergence_flag != 0:
        return None
    omega, alpha, beta, nu = (float(found.params[name]) for name in ("omega", "alpha[1]", "beta[1]", "nu"))
    parameters = Parameters(omega * scale**2, alpha, beta, nu)
    last = (float(found.conditional_volatility[-1]) * scale) ** 2
    return parameters, parameters.next_variance(last, returns[-1] ** 2)


def _bounds(model: Parameters | None, variance: float, q: float, horizons: Sequence[int]) -> dict[int, Bounds | None]:
    if model is None:
        return dict.fromkeys(horizons)
    sums = model.sum_of_variances(variance, horizons)
    return {horizon: symmetric(q * math.sqrt(total)) for horizon, total in sums.items()}
