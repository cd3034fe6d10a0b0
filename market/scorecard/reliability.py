"""What was said beside what happened: the reliability curve and its bins, from counts by thousandth of probability.

Forecasts of the same minutes share most of their future, so that a bin of 1,000 forecasts may know little more than one
of 10. Its interval is therefore Wilson's for as many observations as it has spans of time: the clock is cut into spans
as long as the forecasts' own, and all forecasts of one symbol in one span count as one. Forecasts that come evenly
know as much as that; those of symbols that move together know less, which is left out.

Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from market.forecast import isotonic
from market.scorecard.record_reading import BINS, Sums

ECE_BINS = 10
# Of the normal distribution: 95 % lie within.
Z = 1.959964


def curve(by_touch: Mapping[int, Sums]) -> list[dict[str, Any]]:
    """The CORP reliability curve, rising: `said`, `happened` and `count` of each step.

    Source: `market.forecast.scores.decompose`; outcomes are counted, so that the fit is exact.
    """
    counts = [
        (touch / 1000, outcome, count)
        for touch, sums in by_touch.items()
        for outcome, count in ((1, sums.happened), (0, sums.count - sums.happened))
        if count
    ]
    if not counts:
        return []
    blocks = isotonic.fit(*zip(*counts, strict=True)).blocks
    return [{"said": block.score, "happened": block.value, "count": int(block.weight)} for block in blocks]


def bins(by_touch: Mapping[int, Sums], windows: Mapping[int, int]) -> list[dict[str, Any]]:
    """The bins of five points that have forecasts: `from`, `to`, `count`, `windows`, `said`, `happened`, `low`, `high`.

    `windows` is by number of the bin; `low` to `high` is the 95 % interval of the frequency, for that many windows.
    """
    found: dict[int, Sums] = {}
    for touch, sums in by_touch.items():
        found.setdefault(min(touch * BINS // 1000, BINS - 1), Sums()).add(sums)
    rows = []
    for number, sums in sorted(found.items()):
        happened = sums.happened / sums.count
        low, high = wilson(happened, min(windows[number], sums.count))
        rows.append(
            {
                "from": number / BINS,
                "to": (number + 1) / BINS,
                "count": sums.count,
                "windows": windows[number],
                "said": sums.said / sums.count / 1000,
                "happened": happened,
                "low": low,
                "high": high,
            }
        )
    return rows


def wilson(frequency: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a probability, seen as this frequency in `count` independent observations."""
    square = Z * Z / count
    middle = (frequency + square / 2) / (1 + square)
    reach = Z * math.sqrt(frequency * (1 - frequency) / count + square / count / 4) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def calibration_error(by_touch: Iterable[tuple[int, Sums]], count: int) -> float:
    """The expected calibration error over ten bins (`market.forecast.scores.calibration_error`)."""
    excess = [0] * ECE_BINS
    for touch, sums in by_touch:
        excess[min(touch * ECE_BINS // 1000, ECE_BINS - 1)] += sums.said - 1000 * sums.happened
    return sum(map(abs, excess)) / 1000 / count
