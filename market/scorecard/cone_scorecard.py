"""The cone's part of the scorecard: how often prices ended within their bounds, and how wide those were."""

from __future__ import annotations

from typing import Any

from market.forecast.sequence import ConfidenceSequence
from market.scorecard.cone_reading import BILLIONTHS, LEVELS, ConeSums, ConeTally
from market.scorecard.parts import card_of, rows_of, scores_of, together
from market.scorecard.readings import Reading
from market.scorecard.reliability import wilson


def cone_card(reading: Reading[ConeTally], symbol: str | None, minutes: int | None) -> dict[str, Any]:
    """Of all cones, or those of one symbol, one number of minutes, or both.

    As of touches (`market.scorecard.touch_scorecard`): `since`, `head`, `stored`, `holes`, `settled_to`, `waiting`,
    `scored`, `unscored`. Then `overall`, `by_minutes`, `by_symbol`, `by_liveliness` and `by_quarter` with `count`
    scored and `levels`, one each for 0.8 and 0.95:

    - `level`: what was promised; `inside`, `below` and `above`: how often the price was within the bounds (on one of
      them is within), below and above; `width`: of the bounds, on average, as a share of the price they were told from.
    - `overall`, `by_minutes` and `by_symbol` also have, over `apart` cones of which those of one symbol and minutes
      share no time: `inside_apart`; `apart_low` and `apart_high`, Wilson's 95 % interval of it; and `low` and `high`,
      bounds that hold with 95 % probability at all times together (`market.forecast.sequence`).

    All but `count`, `apart` and `level` are null where there is nothing to tell them from.
    """
    return card_of(reading, symbol, minutes, _figures)


def _figures(asked: ConeTally) -> dict[str, Any]:
    return scores_of(asked, _scores) | rows_of(asked.by_time, ConeSums, _row)


def _scores(asked: ConeTally) -> dict[str, Any]:
    row = _row(together(asked.by_time.values(), ConeSums))
    apart = 0
    for level, told in zip(LEVELS, row["levels"], strict=True):
        sequence = ConfidenceSequence()
        for key, each in asked.apart.items():
            if key[2] == level:
                sequence.merge(each)
        apart = sequence.count
        told |= _apart(level / 100, sequence)
    return {"count": row["count"], "apart": apart, "levels": row["levels"]}


def _apart(level: float, sequence: ConfidenceSequence) -> dict[str, float | None]:
    if sequence.mean is None:
        return dict.fromkeys(("inside_apart", "apart_low", "apart_high", "low", "high"))
    inside = round((sequence.mean + level) * sequence.count) / sequence.count
    low, high = wilson(inside, sequence.count)
    return {
        "inside_apart": inside,
        "apart_low": low,
        "apart_high": high,
        # What was taken is by how much it was more than the level.
        "low": max(0.0, level + sequence.low),
        "high": min(1.0, level + sequence.high),
    }


def _row(sums: ConeSums) -> dict[str, Any]:
    levels: list[dict[str, Any]] = []
    for level, missed in zip(LEVELS, sums.levels, strict=True):
        told: dict[str, Any] = {"level": level / 100}
        if sums.count:
            told |= {
                "inside": (sums.count - missed.below - missed.above) / sums.count,
                "below": missed.below / sums.count,
                "above": missed.above / sums.count,
                "width": missed.width / sums.count / BILLIONTHS,
            }
        else:
            told |= dict.fromkeys(("inside", "below", "above", "width"))
        levels.append(told)
    return {"count": sums.count, "levels": levels}
