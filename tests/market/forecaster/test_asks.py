"""What can be asked: which way the market has to go, what goes over the wire, and what is no ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.touch import Direction
from market.forecaster.asks import USUAL, Ask
from market.models import SYMBOL
from tests.market.forecaster.scenes import ask
from tests.tables import failing

D = Decimal

amounts = st.decimals(D("0.00000001"), D("999999"), places=8)


@pytest.mark.parametrize(
    ("side", "is_stop", "direction", "through"),
    [
        ("buy", False, Direction.DOWN, "99.89"),
        ("sell", False, Direction.UP, "99.91"),
        ("buy", True, Direction.UP, "99.91"),
        ("sell", True, Direction.DOWN, "99.89"),
    ],
)
def test_a_limit_waits_for_a_better_price_and_a_stop_for_a_worse_one(
    side: str, is_stop: bool, direction: Direction, through: str
) -> None:
    asked = ask("99.9", side, is_stop=is_stop)
    assert (asked.direction, asked.through) == (direction, D(through))


def test_what_an_order_is_shown_with_is_asked_unless_told_otherwise() -> None:
    assert ask().minutes == USUAL == (5, 15, 60)


asks = st.builds(
    Ask,
    st.from_regex(SYMBOL, fullmatch=True),
    st.sampled_from(["buy", "sell"]),
    amounts,
    amounts,
    st.lists(st.integers(1, 240), min_size=1, max_size=10).map(tuple),
    st.booleans(),
    st.text(max_size=40),
)


@given(asks)
def test_an_ask_comes_out_of_its_text_as_it_went_in(written: Ask) -> None:
    assert Ask.read(orjson.loads(orjson.dumps(written.wire()))) == written


def test_anything_else_is_no_ask() -> None:
    sound: list[Any] = ask("99.9").wire()
    assert Ask.read(sound) == ask("99.9")

    def with_(place: int, value: Any) -> list[Any]:
        return [*sound[:place], value, *sound[place + 1 :]]

    # No order has a price of more digits, nor can every database keep it.
    prices = ("NaN", "sNaN", "Infinity", "-1", "0", "1E15", "1E-400", "0.123456789", "1.2345678901234567", "x", "")
    minutes = ([], [0], [241], [1.5], [True], ["5"], [None], [[5]], 5, None, "5", [5, 0], [5, 241])
    wrong: list[Any] = [None, 5, "", "abcdefg", [], {}, sound[:-1], [*sound, 1], with_(1, "hold"), with_(1, [])]
    wrong += [with_(place, price) for place in (2, 3) for price in (*prices, 0.1, None, [], {})]
    wrong += [with_(0, symbol) for symbol in ("", "A" * 21, "A\0", "a", None)]
    wrong += [with_(4, each) for each in minutes]

    def check(told: Any) -> None:
        with pytest.raises(ValueError):
            Ask.read(told)

    assert failing([(each,) for each in wrong], check) == []


def test_its_bounds_are_inclusive() -> None:
    at_most = ask("999999999999999", minutes=(1, 240))
    assert Ask.read(at_most.wire()) == at_most
