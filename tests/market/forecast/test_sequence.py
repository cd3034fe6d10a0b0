"""The confidence sequence: it holds at every step of a run, whatever the differences are like."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

import pytest

from market.forecast.sequence import ConfidenceSequence

RUNS = 1_000
STEPS = 1_000
Path = Iterator[tuple[float, float]]


def coin(chance: random.Random) -> Path:
    """The largest differences there are."""
    while True:
        yield chance.choice((-1, 1)), 0.0


def calibrated(chance: random.Random) -> Path:
    """Brier differences of two forecasts that are equally wrong, by turns too high and too low."""
    while True:
        rate, error = chance.uniform(0.2, 0.8), chance.choice((-0.05, 0.05))
        event = chance.random() < rate
        yield (rate + error - event) ** 2 - (rate - error - event) ** 2, 0.0


def skewed(chance: random.Random) -> Path:
    """Rare large losses, many small gains."""
    while True:
        yield (-0.95 if chance.random() < 0.05 else 0.05), 0.0


def turning(chance: random.Random) -> Path:
    """A mean that follows the past: it turns against what has been earned so far."""
    total = 0.0
    while True:
        mean = -0.3 if total > 0 else 0.3
        value = 1.0 if chance.random() < (1 + mean) / 2 else -1.0
        total += value
        yield value, mean


def holds(path: Path) -> bool:
    """Whether both bounds hold at every single step."""
    sequence, means = ConfidenceSequence(), 0.0
    for step in range(1, STEPS + 1):
        value, mean = next(path)
        sequence.add(value)
        means += mean
        if not sequence.low <= means / step <= sequence.high:
            return False
    return True


@pytest.mark.parametrize(("kind", "runs"), [(calibrated, RUNS), (coin, 150), (skewed, 150), (turning, 150)])
def test_it_covers_the_mean_at_every_step_of_95_in_100_runs(kind: Callable[[random.Random], Path], runs: int) -> None:
    assert sum(holds(kind(random.Random(seed))) for seed in range(runs)) >= 0.95 * runs


def test_a_steady_advantage_is_seen_within_500_steps() -> None:
    chance = random.Random(1)
    steps = []
    for _ in range(200):
        sequence = ConfidenceSequence()
        while sequence.low <= 0:
            sequence.add(max(-1, min(1, chance.gauss(0.03, 0.1))))
        steps.append(sequence.count)
    assert sorted(steps)[190] <= 500
    assert sum(steps) / len(steps) <= 350


def test_a_loss_is_seen_as_a_gain_is() -> None:
    chance = random.Random(2)
    up, down = ConfidenceSequence(), ConfidenceSequence()
    for _ in range(300):
        value = chance.uniform(-0.2, 0.4)
        up.add(value)
        down.add(-value)
        assert (up.low, up.high) == (-down.high, -down.low)
    assert up.low > 0 > down.high


@pytest.mark.parametrize(("deviation", "width"), [(0.03, 0.0068), (0.05, 0.0076), (0.1, 0.0112)])
def test_it_is_tighter_than_the_empirical_bernstein_bound(deviation: float, width: float) -> None:
    chance = random.Random(3)
    values = [max(-1, min(1, chance.gauss(0, deviation))) for _ in range(1_000)]
    sequence = ConfidenceSequence()
    for value in values:
        sequence.add(value)
    assert sequence.mean is not None
    assert sequence.mean - sequence.low < width
    # Theirs, with the bet that would have been best in hindsight, which nobody knows, and nothing paid for choosing.
    squares, threshold = sum(value**2 for value in values), math.log(2 / 0.05)
    bets = [step / 1_000 for step in range(1, 500)]
    bernstein = min((threshold + (-math.log1p(-2 * bet) - 2 * bet) / 4 * squares) / bet / 1_000 for bet in bets)
    assert sequence.mean - sequence.low < bernstein


def test_a_smaller_alpha_gives_wider_bounds() -> None:
    chance = random.Random(4)
    strict, loose = ConfidenceSequence(alpha=0.01), ConfidenceSequence(alpha=0.2)
    for _ in range(100):
        value = chance.uniform(-1, 1)
        strict.add(value)
        loose.add(value)
        assert -1 <= strict.low <= loose.low < loose.high <= strict.high <= 1
    assert strict.low < loose.low


def test_it_knows_nothing_before_the_first_difference() -> None:
    sequence = ConfidenceSequence()
    assert (sequence.count, sequence.mean, sequence.low, sequence.high) == (0, None, -1, 1)


def test_it_has_the_plain_mean() -> None:
    sequence = ConfidenceSequence()
    for value in (0.5, -0.25, 0.125):
        sequence.add(value)
    assert sequence.mean == pytest.approx(0.125)


def test_it_comes_close_to_the_mean_in_the_end() -> None:
    chance = random.Random(5)
    sequence = ConfidenceSequence()
    for _ in range(20_000):
        sequence.add(chance.choice((-1, 1)))
    assert sequence.high - sequence.low < 0.06


@pytest.mark.parametrize("value", [1.01, -1.01, math.nan])
def test_a_difference_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="difference"):
        ConfidenceSequence().add(value)


@pytest.mark.parametrize("alpha", [0, 1, math.nan])
def test_an_alpha_that_means_nothing_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        ConfidenceSequence(alpha)


def test_sequences_together_are_as_one_that_saw_it_all() -> None:
    chance = random.Random(7)
    differences = [chance.uniform(-1, 1) for _ in range(50)]
    whole, left, right = ConfidenceSequence(), ConfidenceSequence(), ConfidenceSequence()
    for number, difference in enumerate(differences):
        whole.add(difference)
        (left if number % 3 else right).add(difference)

    left.merge(right)

    assert left.count == 50
    assert [left.mean, left.low, left.high] == pytest.approx([whole.mean, whole.low, whole.high])
