"""Finds forecasts that knew the future: those which change if something else follows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from market.forecast.candles import Candle
from market.forecast.evaluation.bars_file import Recording
from market.forecast.evaluation.walk import Start, Walk


class LeakCheck(NamedTuple):
    """How many forecasts were compared, and the first that knew the future."""

    compared: int
    leak: Start | None


def check(walk: Callable[[Recording], Walk], recording: Recording, whole: Walk) -> LeakCheck:
    """Compare forecasts with those in `whole`, the walk of all the recording, where another future follows them.

    Compared are all up to the middle of the horizon with the fewest. After that another market follows, three times as
    volatile, until the last windows have matured: forecasts are kept with their outcomes.
    """
    cells = [cell for cell in whole.cells.values() if cell.starts]
    if not cells:
        return LeakCheck(0, None)
    fewest = min(cells, key=lambda cell: len(cell.starts)).starts
    middle = fewest[len(fewest) // 2].time
    count = sum(candle.time < middle for candle in recording.candles)
    price = recording.candles[count - 1].close
    following = recording.candles[count : count + max(cell.bars for cell in cells)]
    other = [*recording.candles[:count], *(_stretched(candle, price) for candle in following)]
    compared = 0
    for minutes, cell in walk(recording._replace(candles=other)).cells.items():
        for start, again in zip(cell.starts, whole.cells[minutes].starts, strict=False):
            if start.time > middle:
                break
            compared += 1
            if (start.bar, start.trials, start.bands) != (again.bar, again.trials, again.bands):
                return LeakCheck(compared, start)
    return LeakCheck(compared, None)


def _stretched(candle: Candle, price: float) -> Candle:
    """The candle with its prices three times as far from `price`, on a logarithmic scale."""
    return Candle(candle.time, *(price * (each / price) ** 3 for each in candle[1:]))
