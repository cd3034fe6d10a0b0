"""The forecast of one symbol, learned bar by bar from the past alone.

The same object is run by the live forecast and by the evaluation on recorded bars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from market.forecast.calibration import Calibration
from market.forecast.candles import STANDING_BARS, Candle, standing
from market.forecast.cone import Band, Cone, MakeTracker
from market.forecast.curve import CERTAIN, NEVER, Curve, Touch
from market.forecast.experts import NAMES, Experts, Scale
from market.forecast.horizon import DISTANCES, MATURED, WAYS, Horizon, Trial
from market.forecast.touch import Direction
from market.forecast.trackers import DtACI
from market.forecast.volatility import LEAST_BARS, DayProfile, Volatility
from market.forecast.weights import Weights
from market.forecast.windows import Window, Windows

HORIZONS = (1, 5, 15, 30, 60, 120, 240)
SIGN = {Direction.DOWN: -1, Direction.UP: 1}


@dataclass(frozen=True, slots=True)
class Matured:
    """What was forecast for a window and a horizon of `minutes`, and what came; no bands if that was too early."""

    minutes: int
    window: Window
    trials: Sequence[Trial]
    touched: Sequence[bool]
    bands: Sequence[Band]
    change: float


class Model:
    """The forecast from bars of `seconds`; horizons in minutes, those that are no whole number of bars left out."""

    def __init__(self, seconds: int = 60, horizons: Sequence[int] = HORIZONS, tracker: MakeTracker = DtACI) -> None:
        self.seconds = seconds
        self._horizons = [
            Horizon(minutes, bars, Experts(bars), Weights(len(NAMES)), Calibration(), Cone(bars, tracker))
            for minutes in sorted(set(horizons))
            for bars, rest in [divmod(minutes * 60, seconds)]
            if bars and not rest
        ]
        self._windows = Windows([horizon.bars for horizon in self._horizons])
        self._volatility, self._profile = Volatility(), DayProfile(seconds)
        self._last: Candle | None = None
        self._standing = 0
        self._scales: list[Scale] = []

    @property
    def minutes(self) -> list[int]:
        """The horizons."""
        return [horizon.minutes for horizon in self._horizons]

    @property
    def weights(self) -> dict[int, list[float]]:
        """How much each expert counts now, by horizon; in the order of `experts.NAMES`."""
        return {horizon.minutes: list(horizon.weights.values) for horizon in self._horizons}

    @property
    def last(self) -> Candle | None:
        """The last bar of the session that goes on."""
        return self._last

    @property
    def liveliness(self) -> float:
        """The volatility now, divided by its mean."""
        return self._volatility.liveliness

    def take(self, candle: Candle) -> list[Matured]:
        """Learn from the next bar that traded; the windows that it completes.

        Bars that are missing before it are those in which the price stood, or the market was closed (`candles`).
        Raises ValueError, with nothing learned, for a candle that is not sound, or not a whole number of bars later.
        """
        if not candle.is_sound:
            raise ValueError(f"{candle} is not a bar")
        between = None if self._last is None else standing(self._last, candle, self.seconds)
        if between is None:
            self._begin_session()
        found = [matured for bar in between or () for matured in self._take(bar.candle, traded=False)]
        return [*found, *self._take(candle, traded=True)]

    def _take(self, candle: Candle, *, traded: bool) -> list[Matured]:
        if self._last is not None:
            self._measure(candle, self._last.close)
        self._standing = 0 if traded else self._standing + 1
        self._last = candle
        found = [self._learn(self._horizons[index], index, window) for index, window in self._windows.take(candle)]
        self._begin(candle)
        return found

    def _begin_session(self) -> None:
        """The market was closed: no window reaches over that, and the volatility is that of the session before."""
        self._windows.clear()
        self._last = None

    def missing(self, minutes: int) -> int | None:
        """How many more windows must mature before there is a number for these minutes; None beyond all horizons."""
        horizon = self._horizon_of(minutes)
        return None if horizon is None else horizon.missing

    def bars_missing(self, minutes: int) -> int | None:
        """How many more bars it takes until there is a number for these minutes; None beyond all horizons."""
        horizon = self._horizon_of(minutes)
        if horizon is None or not horizon.missing:
            return None if horizon is None else 0
        first, number = self._windows.first, self._windows.number
        if first is not None:
            return max(0, first + horizon.bars - number - 1) + horizon.missing
        # The first bar has no return.
        before = max(LEAST_BARS - self._volatility.bars, 0) + (self._last is None)
        return max(before, 1) + horizon.bars + horizon.missing - 1

    def matured(self, minutes: int) -> tuple[int, int]:
        """How many windows the number for these minutes was learned from, and how many of them share no bar."""
        horizon = self._horizon_of(minutes)
        return (0, 0) if horizon is None else (horizon.experts.matured, horizon.experts.matured // horizon.bars)

    def climate(self, way: Direction, distance: float, minutes: int = HORIZONS[-1]) -> Curve:
        """The same as `curve`, from climatology alone: the reference by which the curve is judged."""
        return self._curve(distance, minutes, lambda horizon, scale: horizon.climate(way, distance))

    def _horizon_of(self, minutes: int) -> Horizon | None:
        return next((horizon for horizon in self._horizons if horizon.minutes >= minutes), None)

    def curve(self, way: Direction, distance: float, minutes: int = HORIZONS[-1]) -> Curve:
        """The probability that the price goes `distance`, a difference of log prices, from where it is now.

        Over the horizons that are ready, up to the first of at least so many `minutes`. Never less than for a shorter
        time or a longer way; 1 where there is no way to go. Volatility and time of day are those of the last bar's end.
        """
        return self._curve(distance, minutes, lambda horizon, scale: horizon.touch(way, distance, scale))

    def _curve(self, distance: float, minutes: int, told: Callable[[Horizon, Scale], Touch]) -> Curve:
        points: list[tuple[int, Touch]] = []
        now = reached = CERTAIN if distance <= 0 else NEVER
        for horizon, scale in zip(self._horizons, self._scales, strict=False):
            if horizon.missing:
                break
            if distance > 0:
                reached = Touch(*map(max, reached, told(horizon, scale)))
            points.append((horizon.minutes, reached))
            if horizon.minutes >= minutes:
                break
        return Curve(points, now)

    def cone(self) -> list[tuple[int, Sequence[Band]]]:
        """The bounds of the log return from the last close, over the horizons that are ready."""
        return [
            (horizon.minutes, horizon.cone.bands(scale))
            for horizon, scale in zip(self._horizons, self._scales, strict=False)
            if not horizon.missing
        ]

    def _measure(self, candle: Candle, previous_close: float) -> None:
        expected = self._volatility.variance
        variance = self._volatility.take(candle, previous_close)
        if expected:
            self._profile.take(candle.time, variance / expected)

    def _begin(self, candle: Candle) -> None:
        """Begin a window at the bar's close, with the forecasts that the model will learn from."""
        variance = self._volatility.variance
        self._scales = []
        if not variance:
            return
        sigma, end = math.sqrt(variance), candle.time + self.seconds
        self._scales = [
            Scale(
                sigma,
                sigma * math.sqrt(self._profile.ahead(end, horizon.bars * self.seconds)),
                self._volatility.long_run,
            )
            for horizon in self._horizons
        ]
        window = self._windows.begin(end, candle.close, variance, self._scales)
        if self._standing > STANDING_BARS:
            return
        for index, (horizon, scale) in enumerate(zip(self._horizons, self._scales, strict=True)):
            # Learning begins before there is a number, so that its interval is there with it.
            if horizon.experts.matured >= MATURED:
                bands = () if horizon.missing else horizon.cone.bands(scale)
                window.forecasts[index] = self._trials(horizon, scale), bands

    def _trials(self, horizon: Horizon, scale: Scale) -> list[Trial]:
        unit = scale.long_run * math.sqrt(horizon.bars)
        found = []
        for share in DISTANCES:
            for way in WAYS:
                experts, touch = horizon.tell(way, share * unit, scale)
                found.append(Trial(way, share * unit, experts, touch))
        return found

    def _learn(self, horizon: Horizon, index: int, window: Window) -> Matured:
        scale, change = window.scales[index], window.change
        trials, bands = window.forecasts.pop(index, ((), ()))
        touched = [
            window.has_touched(trial.way, window.close * math.exp(trial.distance * SIGN[trial.way])) for trial in trials
        ]
        if trials:
            horizon.learn(window.number, trials, touched)
        horizon.cone.take(window.number, change, scale, told=bool(bands))
        horizon.experts.take(scale, window.excursions, change)
        return Matured(horizon.minutes, window, trials, touched, bands, change)
