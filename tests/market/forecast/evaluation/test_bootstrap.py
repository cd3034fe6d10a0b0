"""The interval of a skill: as wide as the dependence of the losses makes it, and right about as often as it says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from arch.bootstrap import StationaryBootstrap

from market.forecast.evaluation import bootstrap
from market.forecast.evaluation.bootstrap import Pair, block_length, resampled, skill


def overlapping(count: int, horizon: int, made: np.random.Generator) -> npt.NDArray[np.float64]:
    """Values that depend on each other as those of windows of `horizon` bars do; mean 0, variance 1."""
    noise = made.normal(size=count + horizon - 1)
    return np.convolve(noise, np.full(horizon, horizon**-0.5), mode="valid")


def pair(count: int, seed: int, better: float = 0.05, horizon: int = 10) -> Pair:
    """A reference's losses around 1, and a forecast's, which are lower by `better`."""
    made = np.random.default_rng(seed)
    reference = 1 + 0.2 * overlapping(count, horizon, made)
    losses = reference - better + 0.1 * overlapping(count, horizon, made)
    return Pair(losses.tolist(), reference.tolist(), horizon)


def test_the_skill_is_the_share_of_the_loss_that_is_saved() -> None:
    found = skill([Pair([0.1, 0.2] * 50, [0.2, 0.4] * 50, 1)])
    assert found.skill == pytest.approx(0.5)
    assert (found.low, found.high) == (pytest.approx(0.5), pytest.approx(0.5))


def test_the_interval_is_that_of_another_implementation() -> None:
    series = pair(2_000, seed=1)
    losses, reference = np.array(series.losses), np.array(series.reference)
    found = skill([series])
    other = StationaryBootstrap(found.blocks[0], losses, reference, seed=2)
    low, high = other.conf_int(lambda one, two: 1 - one.mean() / two.mean(), 1_000, "percentile", size=0.9).ravel()
    width = high - low
    assert found.low == pytest.approx(low, abs=0.1 * width)
    assert found.high == pytest.approx(high, abs=0.1 * width)


def test_a_resample_is_made_of_blocks_as_long_as_asked_for_that_wrap_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 400)
    made = np.random.default_rng(1)
    ones_and_places = np.array([np.ones(50), np.arange(50.0)])
    sums = resampled(ones_and_places, 5.0, made)
    assert sums.shape == (2, 400)
    assert np.allclose(sums[0], 50)
    assert sums[1].mean() == pytest.approx(49 * 25, rel=0.02)  # each column is as likely as any other
    whole = resampled(ones_and_places, 1e12, made)  # one block that goes round once
    assert np.allclose(whole[1], 49 * 25)


def test_the_interval_holds_the_true_skill_about_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 200)
    held = 0
    for seed in range(200):
        found = skill([pair(1_000, seed)], seed)
        held += found.low <= 0.05 <= found.high
    assert 0.82 <= held / 200 <= 0.96


def test_blocks_are_at_least_the_horizon_and_longer_where_losses_depend_on_each_other_for_longer() -> None:
    made = np.random.default_rng(1)
    alone, long = made.normal(size=2_000), overlapping(2_000, 60, made)
    assert block_length(alone, 1) < 5
    assert block_length(alone, 12) == 12
    assert block_length(long, 12) > 20
    assert block_length(np.zeros(100), 7) == 7
    assert block_length(np.concatenate([made.normal(size=50), np.zeros(950)]), 7) >= 7


def test_pooled_series_count_by_their_length_and_narrow_the_interval() -> None:
    long, short = pair(3_000, seed=1, better=0.1), pair(1_000, seed=2, better=0.0)
    found = skill([long, short])
    losses = sum(long.losses) + sum(short.losses)
    references = sum(long.reference) + sum(short.reference)
    assert found.skill == pytest.approx(1 - losses / references)
    assert found.low < found.skill < found.high
    assert len(found.blocks) == 2
    alone = skill([short])
    assert found.high - found.low < alone.high - alone.low


def test_each_series_has_blocks_for_its_own_horizon() -> None:
    found = skill([Pair([0.1] * 100, [0.2] * 100, horizon) for horizon in (1, 7, 50)])
    assert found.blocks == (1, 7, 50)


def test_the_order_of_the_bars_is_kept_between_forecast_and_reference() -> None:
    # Losses that always are nine tenths of the reference's have that skill in every resample.
    reference = pair(500, seed=1).reference
    found = skill([Pair([0.9 * loss for loss in reference], reference, 5)])
    assert (found.low, found.high) == (pytest.approx(0.1), pytest.approx(0.1))


def test_the_interval_follows_the_seed() -> None:
    series = pair(500, seed=1)
    assert skill([series], seed=1) == skill([series], seed=1)
    assert skill([series], seed=1) != skill([series], seed=2)


@pytest.mark.parametrize(
    ("losses", "reference", "why"),
    [
        ([0.1] * 40, [0.1] * 41, "40 losses have 41 of the reference"),
        ([0.1] * 29, [0.1] * 29, "29 losses are too few for a horizon of 5"),
        ([0.1] * 40, [0.0] * 40, "or the reference has none above 0"),
        ([0.1] * 39 + [float("nan")], [0.1] * 40, "not a finite number"),
    ],
)
def test_losses_without_a_skill_are_refused(losses: list[float], reference: list[float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        skill([Pair(losses, reference, 5)])


def test_no_series_have_no_skill_and_one_that_is_too_short_spoils_all() -> None:
    with pytest.raises(ValueError, match="there is no series"):
        skill([])
    with pytest.raises(ValueError, match="59 losses are too few for a horizon of 30"):
        skill([pair(60, seed=1, horizon=30), pair(59, seed=1, horizon=30)])


@pytest.mark.parametrize(("horizon", "fewest"), [(1, 30), (15, 30), (16, 32), (60, 120)])
def test_30_losses_are_enough_and_twice_the_horizon(horizon: int, fewest: int) -> None:
    assert Pair([0.1] * fewest, [0.2] * fewest, horizon).is_enough
    assert not Pair([0.1] * (fewest - 1), [0.2] * (fewest - 1), horizon).is_enough
