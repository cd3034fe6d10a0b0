"""How far the highest trade is from a path's maximum, beside what is known exactly."""

from __future__ import annotations

import math

import pytest

from market.feeds.extremes import Extremes

CHANCES = [number / 1000 + 0.0005 for number in range(1000)]


@pytest.mark.parametrize("rate", [1.0, 77.0, 10_000.0])
@pytest.mark.parametrize("bounce", [0.0, -0.3, 2.0])
def test_trades_without_a_spread_miss_the_maximum_as_the_formula_says(rate: float, bounce: float) -> None:
    """By more than x with the chance 1 / cosh(x √(2 rate))², less the one bounce of all."""
    extremes, bend = Extremes([bounce], rate), math.sqrt(2 * rate)

    for chance in CHANCES:
        exact = math.atanh(math.sqrt(chance)) / bend - bounce
        assert extremes.draw(chance) == pytest.approx(exact, abs=0.11 / bend)


def test_a_bounce_that_is_large_decides_alone_however_small_its_part() -> None:
    """Of ten trades one, at a tenth of the rate."""
    some, one = Extremes([100.0] + [0.0] * 9, 77.0), Extremes([100.0], 7.7)

    for chance in CHANCES:
        assert some.draw(chance) == pytest.approx(one.draw(chance), abs=0.05)


def test_bounces_too_small_to_matter_do_not() -> None:
    some, none = Extremes([-1e-9, 1e-9, 2e-9], 77.0), Extremes([0.0], 77.0)

    for chance in CHANCES:
        assert some.draw(chance) == pytest.approx(none.draw(chance), abs=1e-6)
