"""Models that forecast the next close from the closes so far: the last price, textbook ones, and a random number."""

from __future__ import annotations

import math
import random
from typing import Protocol

# What the first draft of this idea drew as its "forecast".
DRAWN_FROM, DRAWN_TO = 1_000.0, 50_000.0


class Model(Protocol):
    """A forecast of the next close, which learns from one close after another."""

    def begin(self, close: float) -> None:
        """Take the first close of a session; what happened since the last session is no bar's return."""

    def learn(self, close: float) -> None:
        """Take the next close."""

    def forecast(self) -> float:
        """The close one bar ahead, in price units."""


class LastPrice:
    """The last price: a random walk without drift."""

    def __init__(self) -> None:
        self._close = 0.0

    def begin(self, close: float) -> None:
        self._close = close

    def learn(self, close: float) -> None:
        self._close = close

    def forecast(self) -> float:
        return self._close


class Drift:
    """The last price with the mean log return of all bars so far."""

    def __init__(self) -> None:
        self._close, self._sum, self._count = 0.0, 0.0, 0

    def begin(self, close: float) -> None:
        self._close = close

    def learn(self, close: float) -> None:
        self._sum += math.log(close / self._close)
        self._count += 1
        self._close = close

    def forecast(self) -> float:
        return self._close * math.exp(self._sum / self._count if self._count else 0.0)


class AutoRegressive:
    """AR(1) with a constant on log returns, by least squares over all pairs of neighbours so far.

    Without a return before, as after a session's first close, it forecasts the mean of the returns.
    """

    def __init__(self) -> None:
        self._close = 0.0
        self._before: float | None = None
        self._count, self._x, self._y, self._xx, self._xy = 0, 0.0, 0.0, 0.0, 0.0

    def begin(self, close: float) -> None:
        self._close, self._before = close, None

    def learn(self, close: float) -> None:
        x, y = self._before, math.log(close / self._close)
        if x is not None:
            self._count += 1
            self._x += x
            self._y += y
            self._xx += x * x
            self._xy += x * y
        self._close, self._before = close, y

    def forecast(self) -> float:
        if not self._count:
            return self._close
        mean_x, mean_y = self._x / self._count, self._y / self._count
        spread = self._xx / self._count - mean_x * mean_x
        if self._before is None or spread <= 0:
            return self._close * math.exp(mean_y)
        slope = (self._xy / self._count - mean_x * mean_y) / spread
        return self._close * math.exp(mean_y + slope * (self._before - mean_x))


class Holt:
    """Holt's linear trend (double exponential smoothing) of the log close.

    Hyndman & Athanasopoulos, "Forecasting: principles and practice", 3rd edition, section 8.2. `alpha` is the weight
    of the newest level, `beta` of the newest trend. A session begins at its first close, without trend.
    """

    def __init__(self, alpha: float, beta: float) -> None:
        self._alpha, self._beta = alpha, beta
        self._level, self._trend = 0.0, 0.0

    def begin(self, close: float) -> None:
        self._level, self._trend = math.log(close), 0.0

    def learn(self, close: float) -> None:
        before = self._level
        self._level = self._alpha * math.log(close) + (1 - self._alpha) * (before + self._trend)
        self._trend = self._beta * (self._level - before) + (1 - self._beta) * self._trend

    def forecast(self) -> float:
        return math.exp(self._level + self._trend)


class Drawn:
    """A random number, whatever the price is."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 – no secret

    def begin(self, close: float) -> None:
        pass

    def learn(self, close: float) -> None:
        pass

    def forecast(self) -> float:
        return self._random.uniform(DRAWN_FROM, DRAWN_TO)
