"""Baseline intervals of the log return over h bars, walk-forward: past quantiles, and EWMA with a normal distribution.

They share a shape. `sessions` are the closes of each market session, above 0; bars are counted through all sessions.
Forecasts map each horizon h to one entry per bar t: (low, high) for ln(close of t + h / close of t) at level 1 − alpha,
alpha / 2 on either side, from the closes up to t alone; None while there is too little past. No return is taken
across a session's start. `garch` has one more.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterator, Sequence
from statistics import NormalDist

Sessions = Sequence[Sequence[float]]
Bounds = tuple[float, float]
Forecasts = dict[int, list[Bounds | None]]

# The weight of the variance so far: J.P. Morgan/Reuters, RiskMetrics Technical Document, 4th edition (1996), for days.
DECAY = 0.94
# The first variance is the mean of this many squared returns.
FIRST_RETURNS = 20


def one_bar_returns(sessions: Sessions) -> Iterator[float | None]:
    """The log return of each bar from the bar before; None for a session's first."""
    for closes in sessions:
        for place, close in enumerate(closes):
            yield math.log(close / closes[place - 1]) if place else None


def past_quantiles(sessions: Sessions, horizons: Sequence[int], alpha: float) -> Forecasts:
    """Empirical quantiles of all h-bar log returns that have ended, overlapping ones too; from 2 / alpha of them on."""
    return {horizon: list(_quantiles_of(sessions, horizon, alpha)) for horizon in horizons}


def ewma_normal(sessions: Sessions, horizons: Sequence[int], alpha: float) -> Forecasts:
    """±z·σ·√h of a normal distribution, σ² an exponentially weighted mean of squared one-bar log returns."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    sigmas = list(_ewma(sessions))
    return {
        horizon: [None if sigma is None else symmetric(z * sigma * math.sqrt(horizon)) for sigma in sigmas]
        for horizon in horizons
    }


def symmetric(bound: float) -> Bounds:
    """The interval from −bound to bound."""
    return -bound, bound


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of values in ascending order, linear between them: type 7 of Hyndman & Fan (1996)."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _quantiles_of(sessions: Sessions, horizon: int, alpha: float) -> Iterator[Bounds | None]:
    past: list[float] = []
    for closes in sessions:
        for place, close in enumerate(closes):
            if place >= horizon:
                insort(past, math.log(close / closes[place - horizon]))
            is_enough = len(past) * alpha >= 2
            yield (quantile(past, alpha / 2), quantile(past, 1 - alpha / 2)) if is_enough else None


def _ewma(sessions: Sessions) -> Iterator[float | None]:
    """σ of the next bar at each bar, None before the first variance; a session goes on with that of the last."""
    first: list[float] = []
    variance: float | None = None
    for each in one_bar_returns(sessions):
        if each is not None and variance is not None:
            variance = DECAY * variance + (1 - DECAY) * each * each
        elif each is not None:
            first.append(each * each)
            if len(first) == FIRST_RETURNS:
                variance = math.fsum(first) / FIRST_RETURNS
        yield None if variance is None else math.sqrt(variance)
