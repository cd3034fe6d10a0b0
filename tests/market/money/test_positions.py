"""Positions at average cost: whatever is bought and sold, what was made is what is held less what was paid."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from market import money
from market.money.positions import Position

D = Decimal

amounts = st.decimals(min_value=-1000, max_value=1000, places=3).filter(bool)
prices = st.decimals(min_value=-1000, max_value=1000, places=4)
fills = st.lists(st.tuples(amounts, prices), max_size=40)


def after(*told: tuple[str | Decimal, str | Decimal]) -> Position:
    position = Position()
    for quantity, price in told:
        position.fill(D(quantity), D(price))
    return position


class Oracle:
    """The same by the book: lot by lot at the average, what was made added up as it is made."""

    def __init__(self) -> None:
        self.quantity = self.average = self.made = Fraction(0)

    def fill(self, quantity: Fraction, price: Fraction) -> None:
        if self.quantity * quantity < 0:
            closed = min(abs(self.quantity), abs(quantity))
            side = 1 if self.quantity > 0 else -1
            self.made += side * closed * (price - self.average)
            rest = abs(quantity) - closed
            self.quantity -= side * closed
            if rest:
                self.quantity, self.average = -side * rest, price
        else:
            held = self.quantity + quantity
            self.average = (self.average * self.quantity + price * quantity) / held
            self.quantity = held


@given(fills, prices)
def test_realised_and_unrealised_are_what_is_held_less_what_was_paid(
    told: list[tuple[Decimal, Decimal]], mark: Decimal
) -> None:
    position = after(*told)
    held = sum((Fraction(quantity) for quantity, _ in told), Fraction(0))
    paid = sum((Fraction(quantity) * Fraction(price) for quantity, price in told), Fraction(0))
    assert position.realised + position.unrealised(mark) == held * Fraction(mark) - paid


@given(fills, prices)
def test_it_is_the_average_cost_of_the_books(told: list[tuple[Decimal, Decimal]], mark: Decimal) -> None:
    position, oracle = after(*told), Oracle()
    for quantity, price in told:
        oracle.fill(Fraction(quantity), Fraction(price))
    assert position.quantity == oracle.quantity
    assert position.realised == oracle.made
    assert position.unrealised(mark) == oracle.quantity * (Fraction(mark) - oracle.average)
    assert position.average == (oracle.average if oracle.quantity else None)


def test_closing_a_part_makes_money_and_leaves_the_average() -> None:
    position = after(("10", "100"), ("-4", "110"))
    assert (position.quantity, position.average) == (6, 100)
    assert position.realised == 40
    assert position.unrealised(D(95)) == -30


def test_a_fill_through_zero_closes_and_then_opens() -> None:
    position = after(("10", "100"), ("-15", "110"))
    assert (position.quantity, position.average) == (-5, 110)
    assert position.realised == 100
    assert position.unrealised(D(108)) == 10


def test_what_is_closed_leaves_no_cost_behind_however_it_was_bought() -> None:
    position = after(("7", "10"), ("3", "0.1"), ("-10", "5"))
    assert (position.quantity, position.cost, position.average) == (0, 0, None)
    assert position.realised == Fraction("-20.3")


def test_an_average_that_is_no_decimal_is_rounded_only_when_it_is_shown() -> None:
    position = after(("7", "10"), ("-3", "10"), ("3", "11"))
    assert position.average == Fraction(73, 7)
    assert money.shown(position.average, 4) == "10.4286"
