"""The Diebold–Mariano test of two forecasts, and Holm's correction of several p-values; standard library alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

# The continued fraction of the incomplete beta function: where it has converged, and a stand-in for 0 in a denominator.
CONVERGED = 1e-15
TINY = 1e-300
MOST_TERMS = 100_000


class Comparison(NamedTuple):
    """The statistic, above 0 where the forecast is worse than the reference, and its two-sided p-value."""

    statistic: float
    p_value: float


def compare(losses: Sequence[float], reference: Sequence[float], horizon: int = 1) -> Comparison | None:
    """Whether a forecast's losses differ from a reference's on the same n outcomes, `horizon` steps ahead.

    Diebold & Mariano, "Comparing predictive accuracy", Journal of Business & Economic Statistics 13 (1995), with the
    correction and the Student t (n − 1) of Harvey, Leybourne & Newbold, International Journal of Forecasting 13 (1997).
    The variance of the mean difference has the autocovariances up to lag h − 1, equally weighted as in both papers,
    or with Bartlett's weights 1 − k/h where that is not above 0. None where the differences do not vary, for which
    the test is not defined. Raises ValueError unless both have the same length, and it is above the horizon and 1.
    """
    differences = [loss - other for loss, other in zip(losses, reference, strict=True)]
    n = len(differences)
    if horizon < 1 or n <= max(horizon, 1):
        raise ValueError(f"{n} losses are too few for a horizon of {horizon}")
    if min(differences) == max(differences):
        return None
    mean = math.fsum(differences) / n
    variance = _variance([each - mean for each in differences], horizon) / n
    if variance <= 0:
        return None
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = math.sqrt(correction) * mean / math.sqrt(variance)
    return Comparison(statistic, student_p_value(statistic, n - 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for their number, in the same order: reject at level α those that are at most α.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    """
    count = len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place])
    steps = accumulate((min(1.0, (count - rank) * p_values[place]) for rank, place in enumerate(order)), max)
    adjusted = dict(zip(order, steps, strict=True))
    return [adjusted[place] for place in range(count)]


def student_p_value(statistic: float, freedom: int) -> float:
    """P(|t| ≥ |statistic|) of Student's t: I(ν/(ν + t²); ν/2, 1/2), Abramowitz & Stegun 26.5.27."""
    square = statistic * statistic
    return incomplete_beta(freedom / (freedom + square), square / (freedom + square), freedom / 2, 0.5)


def incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I(x; a, b) for a, b > 0; `rest` is 1 − x, given for its precision.

    The continued fraction DLMF 8.17.22, which converges quickly below (a + 1)/(a + b + 2); above, 1 − I(1 − x; b, a).
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(rest, x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return math.exp(log_front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, by the algorithm of Lentz as modified by Thompson & Barnett (1986)."""
    value, above, below = 1.0, 1.0, 0.0
    for term in range(1, MOST_TERMS):
        factor = _coefficient(term, x, a, b)
        below = 1 / (1 + factor * below or TINY)
        above = 1 + factor / above or TINY
        value *= above * below
        if abs(above * below - 1) < CONVERGED:
            break
    return 1 / value


def _coefficient(term: int, x: float, a: float, b: float) -> float:
    m, is_odd = divmod(term, 2)
    if is_odd:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))


def _variance(deviations: Sequence[float], horizon: int) -> float:
    """The long-run variance of what deviates from its mean, by autocovariances up to lag horizon − 1."""
    n = len(deviations)
    own = _product(deviations, deviations) / n
    lagged = [_product(deviations[lag:], deviations[:-lag]) / n for lag in range(1, horizon)]
    equal = own + 2 * math.fsum(lagged)
    if equal > 0:
        return equal
    return own + 2 * math.fsum((1 - lag / horizon) * each for lag, each in enumerate(lagged, 1))


def _product(these: Sequence[float], those: Sequence[float]) -> float:
    return math.fsum(this * that for this, that in zip(these, those, strict=True))
