"""Windows: the bars that follow a bar's close, until the longest horizon has passed."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from market.forecast.candles import Candle
from market.forecast.experts import Scale
from market.forecast.touch import Direction, touches


@dataclass(slots=True)
class Window:
    """A window and what was forecast for it, by the horizon's index; prices since its start in `low` and `high`."""

    number: int
    time: int
    close: float
    variance: float
    scales: Sequence[Scale]
    low: float = field(init=False)
    high: float = field(init=False)
    last: float = field(init=False)
    forecasts: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.low = self.high = self.last = self.close

    @property
    def excursions(self) -> tuple[float, float]:
        """How far the price has gone down and up, as differences of log prices."""
        return math.log(self.close / self.low), math.log(self.high / self.close)

    @property
    def change(self) -> float:
        return math.log(self.last / self.close)

    def has_touched(self, direction: Direction, level: float) -> bool:
        return touches(direction, level, self.low if direction is Direction.DOWN else self.high)


class Windows:
    """The windows that have not passed the longest of `horizons` (in bars, ascending)."""

    def __init__(self, horizons: Sequence[int]) -> None:
        self._horizons = {bars: index for index, bars in enumerate(horizons)}
        self._longest = max(horizons, default=0)
        self._open: deque[Window] = deque()
        self.number = 0

    @property
    def first(self) -> int | None:
        """The number of the oldest window that is open."""
        return self._open[0].number if self._open else None

    def begin(self, time: int, close: float, variance: float, scales: Sequence[Scale]) -> Window:
        window = Window(self.number, time, close, variance, scales)
        self._open.append(window)
        return window

    def take(self, candle: Candle) -> Iterator[tuple[int, Window]]:
        """Extend the open windows by a bar; those that a horizon ends with it, each with that horizon's index."""
        self.number += 1
        for window in self._open:
            if candle.low < window.low:
                window.low = candle.low
            if candle.high > window.high:
                window.high = candle.high
            window.last = candle.close
            index = self._horizons.get(self.number - window.number)
            if index is not None:
                yield index, window
        while self._open and self.number - self._open[0].number >= self._longest:
            self._open.popleft()

    def clear(self) -> None:
        """Give up the open windows: a market that closed has cut them short."""
        self._open.clear()
