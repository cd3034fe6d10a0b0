"""A confidence sequence for a mean that is watched: it holds at every step together, so looking is free.

It covers the running mean of the conditional means, which may change over time in any way; observations are numbers in
[−1, 1], such as the difference of two Brier scores, and need be neither independent nor alike.

For a fixed bet λ in (0, 1) and μᵢ = E[xᵢ | past], the product of (1 + λ·xᵢ) / (1 + λ·μᵢ) is a non-negative martingale
that starts at 1; it ever reaches K/δ with a probability of at most δ/K (Ville). The logarithm is concave, so the
product of all (1 + λ·μᵢ) is at most (1 + λ·μ̄)ᵗ, with μ̄ the mean of the μᵢ. Together: with a probability of at least
1 − δ/K, for all t, Σ log(1 + λ·xᵢ) − t·log(1 + λ·μ̄) < log(K/δ), which is solved for μ̄. The best of K bets is taken,
each with its share of δ.

Products of bets: Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024). The
running mean as the target: Choe, Ramdas, "Comparing sequential forecasters", Operations Research 72 (2024). Theirs is
an empirical-Bernstein bound, which replaces log(1 + y) by y − y²·(−log(1 − λ) − λ)/λ², a lower bound of it (Fan, Grama,
Liu, "Exponential inequalities for martingales with applications", EJP 20 (2015)). Kept exact it is tighter where
differences are small.
"""

from __future__ import annotations

import math

# Large bets are best for few or small differences, small ones for many or large ones. Halves are near enough.
BETS = tuple(0.95 * 0.5**halvings for halvings in range(8))


class ConfidenceSequence:
    """Bounds of the running mean at all times together, with a probability of 1 − `alpha`.

    Each bound alone holds with a probability of 1 − `alpha` / 2. Memory and time per observation are constant.
    """

    __slots__ = ("_down", "_threshold", "_total", "_up", "count")

    def __init__(self, alpha: float = 0.05) -> None:
        """Start without observations; ValueError if `alpha` is not between 0 and 1."""
        if not 0 < alpha < 1:
            raise ValueError("alpha must be between 0 and 1.")
        self.count = 0
        self._total = 0.0
        self._threshold = math.log(2 * len(BETS) / alpha)
        # For each bet: the log of what betting on a rise, and on a fall, has made of 1.
        self._up = [0.0] * len(BETS)
        self._down = [0.0] * len(BETS)

    def add(self, difference: float) -> None:
        """Take the next observation; ValueError if it is not in [−1, 1]."""
        if not -1 <= difference <= 1:
            raise ValueError("A difference must be in [-1, 1].")
        self.count += 1
        self._total += difference
        for index, bet in enumerate(BETS):
            self._up[index] += math.log1p(bet * difference)
            self._down[index] += math.log1p(-bet * difference)

    def merge(self, other: ConfidenceSequence) -> None:
        """Take all of another's observations; the order of observations does not move the bounds.

        What has been taken together covers the mean of both at all times, if neither looks ahead of what has come.
        """
        self.count += other.count
        self._total += other._total
        self._up = [own + another for own, another in zip(self._up, other._up, strict=True)]
        self._down = [own + another for own, another in zip(self._down, other._down, strict=True)]

    @property
    def mean(self) -> float | None:
        """The mean of all observations; None before the first."""
        return self._total / self.count if self.count else None

    @property
    def low(self) -> float:
        """The lower bound, at least −1."""
        return self._bound(self._up)

    @property
    def high(self) -> float:
        """The upper bound, at most 1."""
        return -self._bound(self._down)

    def _bound(self, gains: list[float]) -> float:
        if not self.count:
            return -1.0
        bounds = [
            math.expm1((gain - self._threshold) / self.count) / bet for gain, bet in zip(gains, BETS, strict=True)
        ]
        return max(-1.0, max(bounds))
