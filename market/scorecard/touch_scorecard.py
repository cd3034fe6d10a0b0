"""The scorecard: how good the forecasts were that were shown, computed from the record and from nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from market.forecast import scores
from market.forecast.sequence import ConfidenceSequence
from market.scorecard.cone_scorecard import cone_card
from market.scorecard.parts import (
    asked_of,
    cells_of,
    counted,
    kept,
    of_minutes,
    quarters,
    record_of,
    thirds,
    time_of,
    together,
)
from market.scorecard.readings import Reading, newest
from market.scorecard.record_reading import MILLIONTHS, Sums, TouchTally
from market.scorecard.reliability import bins, calibration_error, curve
from market.scorecard.tally import Cell


def scorecard(symbol: str | None = None, minutes: int | None = None) -> dict[str, Any]:
    """How good the forecasts were: of all, or of one symbol, one number of minutes, or both.

    Raises DatabaseError, and BeingRead while a long record is read for the first time.

    The record of touches itself, whatever was asked for:

    - `read_at` (RFC 3339) and `age` (seconds): when the record was read; it is kept for half a minute.
    - `since`: the minute in which the first forecast was shown, null before. `head`: the newest number.
      `stored`: how many of the numbers up to it are stored. `holes`: `count` of those that are not, and `ranges`, the
      first five, each `[from, to]`. `settled_to`: up to this number nothing waits to come due.
    - `symbols` and `horizons`: what there are forecasts of, touches or cones.

    Of what was asked for, which is repeated as `symbol` and `minutes`:

    - `waiting`, `scored`, and `unscored` by reason: `restart`, `feed`, `closed`.
    - `overall`, `by_minutes` (a list, each with `minutes`) and `by_symbol` (each with `symbol` and `minutes`): scores,
      as below.
    - `reliability`: a list by `minutes`, each with `curve` and `bins` (`market.scorecard.reliability`).
    - `by_liveliness`: three rows, `name` calm, usual and lively: thirds by volatility, as a multiple of its long-run
      mean `from` and `to`. Equal hundredths are not parted, so that thirds may be unequal.
    - `by_quarter`: four rows, hours `from` and `to` of the UTC day.
    - `cone`: the same of the cone's own record (`market.scorecard.cone_scorecard`).

    Scores: `count` scored; `said`, the mean forecast; `happened`, the frequency of a touch; `brier`, its `reference`
    (climatology's Brier score), and `skill`, 1 − brier / reference. All but `count` are null where nothing is scored.
    `overall`, `by_minutes` and `by_symbol` have more: `calibration_error` (expected, ten bins); and over `apart`
    forecasts of which those of one symbol and minutes share no time with each other, `gain`, by how much climatology's
    squared error was larger, on average, with `low` and `high`: bounds that hold with 95 % probability at all times
    together, however often they are looked at (`market.forecast.sequence`). For each symbol and minutes, forecasts
    count from the first up to the first that has not come due; together they are taken in the order in which they came
    due, and the bounds are of what was to be expected of each after those before it.
    """
    touches, cones = newest()
    cells = cells_of(touches) | cells_of(cones)
    read_at = min(touches.read_at, cones.read_at)
    return {
        "read_at": time_of(read_at),
        "age": round(max(0.0, time.time() - read_at), 1),
        "symbols": sorted({name for name, _ in cells}),
        "horizons": sorted({each for _, each in cells}),
        "symbol": symbol,
        "minutes": minutes,
        **kept(_card, touches, symbol, minutes),
        "cone": cone_card(cones, symbol, minutes),
    }


def _card(reading: Reading[TouchTally], symbol: str | None, minutes: int | None) -> dict[str, Any]:
    asked = asked_of(reading, TouchTally, symbol, minutes)
    scored = sorted({key[:2] for key in asked.by_forecast}, key=lambda cell: (cell[1], cell[0]))
    horizons = sorted({each for _, each in scored})
    return (
        record_of(reading)
        | counted(asked)
        | {
            "overall": _scores(asked, lambda cell: True),
            "by_minutes": [{"minutes": each} | _scores(asked, of_minutes(each)) for each in horizons],
            "by_symbol": [
                {"symbol": name, "minutes": each} | _scores(asked, (name, each).__eq__) for name, each in scored
            ],
            "reliability": [{"minutes": each} | _reliability(asked, each) for each in horizons],
            "by_liveliness": thirds(asked.by_time, Sums, _row),
            "by_quarter": quarters(asked.by_time, Sums, _row),
        }
    )


def _scores(asked: TouchTally, belongs: Callable[[Cell], bool]) -> dict[str, Any]:
    by_touch = [(key[2], sums) for key, sums in asked.by_forecast.items() if belongs(key[:2])]
    sums = together((each for _, each in by_touch), Sums)
    sequence = ConfidenceSequence()
    for cell, each in asked.apart.items():
        if belongs(cell):
            sequence.merge(each)
    return _row(sums) | {
        "calibration_error": calibration_error(by_touch, sums.count) if sums.count else None,
        "apart": sequence.count,
        "gain": sequence.mean,
        "low": sequence.low if sequence.count else None,
        "high": sequence.high if sequence.count else None,
    }


def _row(sums: Sums) -> dict[str, Any]:
    if not sums.count:
        return {"count": 0} | dict.fromkeys(("said", "happened", "brier", "reference", "skill"))
    return {
        "count": sums.count,
        "said": sums.said / sums.count / 1000,
        "happened": sums.happened / sums.count,
        "brier": sums.error / sums.count / MILLIONTHS,
        "reference": sums.reference / sums.count / MILLIONTHS,
        "skill": scores.skill(sums.error, sums.reference),
    }


def _reliability(asked: TouchTally, minutes: int) -> dict[str, Any]:
    by_touch: dict[int, Sums] = {}
    for (_, each, touch), sums in asked.by_forecast.items():
        if each == minutes:
            by_touch.setdefault(touch, Sums()).add(sums)
    windows: dict[int, int] = {}
    for (_, each, place), found in asked.windows.items():
        if each == minutes:
            windows[place] = windows.get(place, 0) + found.count
    return {"curve": curve(by_touch), "bins": bins(by_touch, windows)}
