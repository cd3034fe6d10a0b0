"""A touch: at the level or beyond it, in either direction and for either kind of number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.touch import LIMIT, Direction, touches

PRICES = st.decimals("0.01", 1_000_000, places=2)


@pytest.mark.parametrize("kind", [Decimal, float])
@pytest.mark.parametrize(
    ("direction", "price", "expected"),
    [
        (Direction.DOWN, "99.99", True),
        (Direction.DOWN, "100", True),
        (Direction.DOWN, "100.01", False),
        (Direction.UP, "99.99", False),
        (Direction.UP, "100", True),
        (Direction.UP, "100.01", True),
    ],
)
def test_a_level_is_touched_by_a_price_at_it_or_beyond(
    kind: type[Decimal] | type[float], direction: Direction, price: str, expected: bool
) -> None:
    assert touches(direction, kind("100"), kind(price)) is expected


@given(PRICES, PRICES)
def test_what_goes_down_to_a_level_is_what_goes_up_to_it_mirrored(level: Decimal, price: Decimal) -> None:
    down, up = (touches(direction, level, price) for direction in (Direction.DOWN, Direction.UP))
    assert touches(Direction.UP, -level, -price) is down
    assert down is not up or level == price


@given(PRICES, PRICES)
def test_decimals_and_floats_are_touched_alike(level: Decimal, price: Decimal) -> None:
    for direction in Direction:
        assert touches(direction, level, price) is touches(direction, float(level), float(price))


def test_a_resting_buy_waits_for_the_price_to_fall_and_a_sell_for_it_to_rise() -> None:
    assert LIMIT == {"buy": Direction.DOWN, "sell": Direction.UP}
    assert [direction.opposite for direction in (Direction.DOWN, Direction.UP)] == [Direction.UP, Direction.DOWN]
