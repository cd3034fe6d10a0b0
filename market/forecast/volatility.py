"""How much a price moves in one bar: an estimate from past bars, and its usual course over the day."""

from __future__ import annotations

import math
from collections import defaultdict

from market.forecast.candles import Candle

DAY_SECONDS = 86_400
BUCKET_SECONDS = 900
# Parkinson, "The extreme value method for estimating the variance of the rate of return", J. of Business 53 (1980).
PARKINSON = 1 / (4 * math.log(2))
FAST_BARS, SLOW_BARS = 10, 120
FAST, SLOW, LONG_RUN = 0.6, 0.3, 0.1
# No estimate before so many bars.
LEAST_BARS = 30


class Ewma:
    """An exponentially weighted mean, unbiased from its first value on."""

    __slots__ = ("_kept", "_sum", "_weight")

    def __init__(self, half_life: float) -> None:
        self._kept = 0.5 ** (1 / half_life)
        self._sum = self._weight = 0.0

    def add(self, value: float) -> None:
        self._sum = self._kept * self._sum + (1 - self._kept) * value
        self._weight = self._kept * self._weight + (1 - self._kept)

    @property
    def mean(self) -> float:
        return self._sum / self._weight if self._weight else 0.0


class Volatility:
    """The standard deviation of one bar's log return, as of the last bar taken.

    A bar's variance is half its squared return and half Parkinson's estimate from its range; the estimate is a fast
    mean, a slow one and the mean of all. Returns from one market session to the next don't count.
    """

    def __init__(self) -> None:
        self.bars = 0
        self._fast, self._slow = Ewma(FAST_BARS), Ewma(SLOW_BARS)
        self._sum = 0.0

    def take(self, candle: Candle, previous_close: float) -> float:
        """Add a bar and return its own variance."""
        change, reach = math.log(candle.close / previous_close), math.log(candle.high / candle.low)
        variance = 0.5 * change * change + 0.5 * reach * reach * PARKINSON
        self._fast.add(variance)
        self._slow.add(variance)
        self._sum += variance
        self.bars += 1
        return variance

    @property
    def variance(self) -> float:
        """Of one bar; 0 before LEAST_BARS bars, or if the price has never moved."""
        if self.bars < LEAST_BARS:
            return 0.0
        return FAST * self._fast.mean + SLOW * self._slow.mean + LONG_RUN * self._sum / self.bars

    @property
    def liveliness(self) -> float:
        """The volatility now, divided by that over all bars; 1 while there is no estimate."""
        return math.sqrt(self.variance) / self.long_run if self.variance else 1.0

    @property
    def long_run(self) -> float:
        """The standard deviation over all bars."""
        return math.sqrt(self._sum / self.bars) if self.bars else 0.0


class DayProfile:
    """How much livelier each quarter of an hour of the UTC day has been than the bars before it let expect: a factor.

    It is of the variance, and of what the estimate does not know already: an hour that is always lively has a high one
    in its first quarters alone. So and Xu, "Forecasting intraday volatility and value-at-risk with high-frequency data"
    (2013), found that models with such an index are generally better. The mean of n bars is drawn to 1 by
    n / (n + SHRINK).
    """

    SHRINK = 50
    # A bar counts as at most so many times the expected variance.
    MOST = 20.0

    def __init__(self, seconds: int) -> None:
        """`seconds` is the length of a bar; longer bars make longer buckets."""
        self._bucket = max(BUCKET_SECONDS, seconds)
        self._sums: defaultdict[int, float] = defaultdict(float)
        self._counts: defaultdict[int, int] = defaultdict(int)

    def take(self, time: int, ratio: float) -> None:
        """Add a bar that began at `time` and whose variance was `ratio` times the expected one."""
        bucket = time % DAY_SECONDS // self._bucket
        self._sums[bucket] += min(ratio, self.MOST)
        self._counts[bucket] += 1

    def ahead(self, time: int, seconds: int) -> float:
        """The mean factor over the `seconds` from `time` (unix seconds) on."""
        total, end = 0.0, time + seconds
        while time < end:
            until = min(end, time - time % self._bucket + self._bucket)
            total += self._factor(time % DAY_SECONDS // self._bucket) * (until - time)
            time = until
        return total / seconds

    def _factor(self, bucket: int) -> float:
        count = self._counts.get(bucket, 0)
        return 1.0 if not count else 1 + (self._sums[bucket] / count - 1) * count / (count + self.SHRINK)
