"""Sabotage: a model that looks one bar ahead is better than any can be, and is found out."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import pytest

from market.forecast.candles import Candle
from market.forecast.evaluation.bars_file import Recording
from market.forecast.evaluation.diebold_mariano import compare
from market.forecast.evaluation.leaks import check
from market.forecast.evaluation.touch_table import overall, pair_of
from market.forecast.evaluation.walk import Cell, Walk, walk
from market.forecast.model import Model
from tests.market.forecast import simulated

MINUTES = (1, 5)
BARS = 1_500


def looking_ahead(recording: Recording, ahead: int = 1) -> type[Model]:
    """A model that has this recording in its hands: its volatility is the one of so many bars later."""
    places = {candle.time: place for place, candle in enumerate(recording.candles)}

    class LookingAhead(Model):
        def _begin(self, candle: Candle) -> None:
            honest = self._volatility
            self._volatility = copy.deepcopy(honest)
            place = places[candle.time]
            for before, after in zip(
                recording.candles[place : place + ahead], recording.candles[place + 1 : place + 1 + ahead], strict=False
            ):
                self._volatility.take(after, before.close)
            super()._begin(candle)
            self._volatility = honest

    return LookingAhead


def aiming(recording: Recording) -> type[Model]:
    """A model whose cone of the longest horizon, and nothing else, is moved by what the next bar does."""
    closes = {candle.time: candle.close for candle in recording.candles}

    class Aiming(Model):
        def _begin(self, candle: Candle) -> None:
            super()._begin(candle)
            after = closes.get(candle.time + self.seconds, candle.close)
            longest = len(self.minutes) - 1
            for window in list(self._windows._open)[-1:]:
                if longest in window.forecasts:
                    trials, bands = window.forecasts[longest]
                    moved = math.log(after / candle.close)
                    aimed = [replace(band, low=band.low + moved, high=band.high + moved) for band in bands]
                    window.forecasts[longest] = trials, aimed

    return Aiming


def skill(cell: Cell) -> float:
    found = overall("", [cell])
    assert found is not None
    return found.skill


def middle(whole: Walk) -> int:
    """The first bar of the other future."""
    starts = min((cell.starts for cell in whole.cells.values()), key=len)
    return starts[len(starts) // 2].bar + 1


@pytest.fixture(scope="module")
def recording() -> Recording:
    return simulated.recording(simulated.candles(simulated.regimes(BARS, ratio=6, bars=20), seed=3))


def test_the_model_has_no_leak(recording: Recording) -> None:
    whole = walk(recording, MINUTES)
    compared, leak = check(lambda other: walk(other, MINUTES), recording, whole)
    assert leak is None
    assert compared == pytest.approx(sum(len(cell.starts) for cell in whole.cells.values()) / 2, rel=0.02)


def test_without_forecasts_nothing_is_compared(recording: Recording) -> None:
    short = recording._replace(candles=recording.candles[:100])
    assert check(lambda other: walk(other, MINUTES), short, walk(short, MINUTES)) == (0, None)


@pytest.mark.parametrize("ahead", [1, 3])
@pytest.mark.parametrize("minutes", [MINUTES, (15,)])
def test_a_look_ahead_is_found_where_the_future_becomes_another(
    recording: Recording, ahead: int, minutes: tuple[int, ...]
) -> None:
    whole = walk(recording, minutes, model=looking_ahead(recording, ahead))
    found = check(lambda other: walk(other, minutes, model=looking_ahead(other, ahead)), recording, whole).leak
    assert found is not None
    assert found.bar == middle(whole) - ahead


def test_a_look_ahead_is_found_in_the_cone_and_at_one_horizon_alone(recording: Recording) -> None:
    whole = walk(recording, MINUTES, model=aiming(recording))
    found = check(lambda other: walk(other, MINUTES, model=aiming(other)), recording, whole).leak
    assert found is not None
    assert found.bar == middle(whole) - 1


def test_a_look_at_the_next_bar_makes_the_skill_jump(recording: Recording) -> None:
    honest, ahead = (walk(recording, MINUTES, model=model) for model in (Model, looking_ahead(recording)))
    for minutes in MINUTES:
        assert skill(honest.cells[minutes]) > 0
        assert skill(ahead.cells[minutes]) > skill(honest.cells[minutes]) + 0.005
        better, plain = (pair_of(walked.cells[minutes]).losses for walked in (ahead, honest))
        found = compare(better[-len(plain) :], plain, minutes)
        assert found is not None
        assert found.statistic < -3
