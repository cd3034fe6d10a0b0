"""The scorecard: how good the forecasts were that were shown, computed from the record and from nothing else."""

from __future__ import annotations

import time
from typing import Any

from market.forecast import scores
from market.forecast.sequence import ConfidenceSequence
from market.scorecard.cone_scorecard import cone_card
from market.scorecard.parts import by_minutes, card_of, cells_of, rows_of, scores_of, time_of, together
from market.scorecard.readings import newest
from market.scorecard.record_reading import MILLIONTHS, Sums, TouchTally
from market.scorecard.reliability import bins, calibration_error, curve


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
        **card_of(touches, symbol, minutes, _figures),
        "cone": cone_card(cones, symbol, minutes),
    }


def _figures(asked: TouchTally) -> dict[str, Any]:
    reliability = [{"minutes": minutes} | _reliability(part) for minutes, part in by_minutes(asked)]
    return scores_of(asked, _scores) | {"reliability": reliability} | rows_of(asked.by_time, Sums, _row)


def _scores(asked: TouchTally) -> dict[str, Any]:
    by_touch = [(touch, sums) for (_, _, touch), sums in asked.by_forecast.items()]
    sums = together(asked.by_forecast.values(), Sums)
    sequence = ConfidenceSequence()
    for each in asked.apart.values():
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


def _reliability(asked: TouchTally) -> dict[str, Any]:
    by_touch: dict[int, Sums] = {}
    for (_, _, touch), sums in asked.by_forecast.items():
        by_touch.setdefault(touch, Sums()).add(sums)
    windows: dict[int, int] = {}
    for (_, _, place), found in asked.windows.items():
        windows[place] = windows.get(place, 0) + found.count
    return {"curve": curve(by_touch), "bins": bins(by_touch, windows)}
