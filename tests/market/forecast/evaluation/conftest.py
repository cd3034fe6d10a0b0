"""An evaluation of four short simulated series, with gaps and nights, shared by the tests of what shows one."""

from __future__ import annotations

import pytest

from market.forecast.evaluation.evaluate import Evaluation, Series, evaluate_series, sum_up
from tests.market.forecast import simulated

# The longest horizon is ready in the first two alone.
NAMES = {"eth-btc-5m": 520, "ltc-btc-5m": 520, "sp500-1m": 300, "xrp-eth-1m": 300}
MINUTES = (5, 15)
SEED = 1


def evaluated_series(name: str, bars: int, seed: int) -> Series:
    made = simulated.candles(simulated.regimes(bars, seed), seed, session=290)
    return evaluate_series(simulated.recording(made, name=name), MINUTES, SEED, lambda share: None)


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    return sum_up([evaluated_series(name, bars, seed) for seed, (name, bars) in enumerate(NAMES.items())], SEED)
