"""Forecasts of the next close against the last price, walk-forward: the table that says direction is not predicted.

Standard library alone. Each forecast is of the close one bar ahead, within a market session, from the bars up to now.
None is scored in the first quarter of the bars, which is for learning.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from market.forecast.evaluation.diebold_mariano import compare
from market.forecast.evaluation.point_models import AutoRegressive, Drawn, Drift, Holt, LastPrice, Model

LAST_PRICE = "last price"
# The share of the bars at the beginning that is not scored; Holt's parameters are chosen in it.
LEARNING = 0.25
WEIGHTS = [tenth / 10 for tenth in range(1, 10)]
# The fewest scored closes; with less the test's p-values mean nothing.
FEWEST = 30


class Row(NamedTuple):
    """One line of the table, over the same closes for each forecast.

    `mae` is the mean absolute error in units of the price, `relative_mae` the same as a multiple of the last price's.
    `dm` is the Diebold–Mariano statistic of the absolute errors, above 0 where the forecast is worse than the last
    price, and `p_value` is two-sided; both are None for the last price itself, and where the test is not defined.
    """

    name: str
    mae: float
    relative_mae: float
    dm: float | None
    p_value: float | None


def table(sessions: Sequence[Sequence[float]], seed: int = 0) -> list[Row]:
    """The forecasts' errors against the last price's, which is the first row.

    `sessions` are the closes of each, above 0. Give those of bars that traded: in an inserted flat bar the last price
    can't be wrong, which would flatter it.
    Holt's weights are the pair of 0.1, 0.2, … 0.9 with the least squared error in the first quarter of the bars.
    Raises ValueError for too few closes, and where the last price is never wrong.
    """
    learning = int(LEARNING * sum(map(len, sessions)))
    models: dict[str, Model] = {
        LAST_PRICE: LastPrice(),
        "drift": Drift(),
        "AR(1)": AutoRegressive(),
        "Holt": Holt(*_holt_weights(sessions, learning)),
        "random": Drawn(seed),
    }
    errors = {
        name: [abs(error) for error in islice(_errors(model, sessions), learning, None) if error is not None]
        for name, model in models.items()
    }
    reference = errors[LAST_PRICE]
    if len(reference) < FEWEST or not any(reference):
        raise ValueError("There are too few closes, or they never change.")
    return [_row(name, each, reference) for name, each in errors.items()]


def _errors(model: Model, sessions: Sequence[Sequence[float]]) -> Iterator[float | None]:
    """Each close's error, forecast − close, in price units; None for a session's first, which is not forecast."""
    for closes in sessions:
        for place, close in enumerate(closes):
            if place == 0:
                yield None
                model.begin(close)
            else:
                yield model.forecast() - close
                model.learn(close)


def _holt_weights(sessions: Sequence[Sequence[float]], learning: int) -> tuple[float, float]:
    def squared(weights: tuple[float, float]) -> float:
        errors = islice(_errors(Holt(*weights), sessions), learning)
        return math.fsum(error * error for error in errors if error is not None)

    return min(product(WEIGHTS, WEIGHTS), key=squared)


def _row(name: str, errors: Sequence[float], reference: Sequence[float]) -> Row:
    mae, of_last_price = (math.fsum(each) / len(each) for each in (errors, reference))
    test = None if name == LAST_PRICE else compare(errors, reference)
    return Row(name, mae, mae / of_last_price, test.statistic if test else None, test.p_value if test else None)
