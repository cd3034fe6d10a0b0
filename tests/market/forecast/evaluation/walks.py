"""Made closes: random walks, with or without changes of their volatility."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def closes(returns: npt.NDArray[np.float64], start: float = 100.0) -> list[float]:
    """The closes that have these log returns, one more than them."""
    return [start, *(start * np.exp(np.cumsum(returns))).tolist()]


def normal(count: int, sigma: float = 0.01, seed: int = 1) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, sigma, count)


def garch(count: int, omega: float, alpha: float, beta: float, nu: float, seed: int = 1) -> npt.NDArray[np.float64]:
    """Returns of a GARCH(1,1) whose innovations are Student t, scaled to a variance of 1."""
    made = np.random.default_rng(seed).standard_t(nu, count) * np.sqrt((nu - 2) / nu)
    variance = omega / (1 - alpha - beta)
    for place, innovation in enumerate(made):
        made[place] = np.sqrt(variance) * innovation
        variance = omega + alpha * made[place] ** 2 + beta * variance
    return made
