"""Money: marks, P&L, distances, slippage and shortfall, held to an oracle in fractions."""

from __future__ import annotations

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import money
from market.money import Mark, Quote, Source, positions, totals
from orders.domain.lifecycle import Side

D = Decimal

prices = st.decimals(min_value=-(10**14), max_value=10**14, places=8)
quantities = st.decimals(min_value=0, max_value=10**14, places=8)
sides = st.sampled_from(["buy", "sell"])
SIGN = {"buy": 1, "sell": -1}


def half_even(value: Fraction, places: int) -> Fraction:
    """Rounded by hand: to the nearer neighbour, of two equally near ones to the even."""
    scaled = value * 10**places
    below = scaled.numerator // scaled.denominator
    rest = scaled - below
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
    return Fraction(below + up, 10**places)


# Marks


@pytest.mark.parametrize(
    ("side", "quote", "price", "source"),
    [
        ("buy", Quote(D("99.9"), D("100.1"), D(100)), "99.9", Source.BID),
        ("sell", Quote(D("99.9"), D("100.1"), D(100)), "100.1", Source.ASK),
        (None, Quote(D("99.9"), D("100.2"), D(100)), "100.05", Source.MID),
        ("buy", Quote(None, D("100.1"), D(100)), "100", Source.LAST),
        ("sell", Quote(D("99.9"), None, D(100)), "100", Source.LAST),
        ("buy", Quote(D("100.3"), D("100.1"), D(100)), "100.2", Source.MID),
        ("sell", Quote(D("100.3"), D("100.1"), D(100)), "100.2", Source.MID),
        ("buy", Quote(D("100.1"), D("100.1")), "100.1", Source.BID),
        (None, Quote(D(1), None, D(2)), "2", Source.LAST),
        ("buy", Quote(D(-38), D(-37)), "-38", Source.BID),
        (Side.SELL, Quote(D("99.9"), D("100.1")), "100.1", Source.ASK),
    ],
)
def test_a_position_is_worth_what_it_could_be_closed_at(
    side: str | None, quote: Quote, price: str, source: Source
) -> None:
    assert money.mark(side, quote) == Mark(D(price), source)


@pytest.mark.parametrize(("side", "quote"), [("buy", Quote()), ("buy", Quote(ask=D(1))), (None, Quote(bid=D(1)))])
def test_without_a_price_there_is_no_mark(side: str | None, quote: Quote) -> None:
    assert money.mark(side, quote) is None


def test_a_mid_is_kept_as_a_price_is_half_even_to_eight_decimals() -> None:
    assert Quote(D("0.00000001"), D("0.00000002")).mid == D("0.00000002")
    assert Quote(D("0.00000002"), D("0.00000003")).mid == D("0.00000002")


# What an order has made and cost


@given(sides, quantities, prices, prices)
def test_unrealised_pnl_is_exact(side: str, filled: Decimal, average: Decimal, price: Decimal) -> None:
    found = money.unrealised(side, filled, average, price)
    if filled == 0:
        assert found is None
    else:
        assert found is not None
        assert Fraction(found) == SIGN[side] * Fraction(filled) * (Fraction(price) - Fraction(average))


def test_what_is_not_defined_is_none_and_not_zero() -> None:
    assert money.unrealised("buy", D(0), None, D(5)) is None
    assert money.unrealised("buy", D(1), D(5), None) is None
    assert money.distance("buy", None, Quote(D(1), D(2))) is None
    assert money.distance("buy", D(1), Quote(bid=D(1))) is None
    assert money.distance("sell", D(1), Quote(ask=D(1))) is None
    assert money.in_ticks(None, D("0.01")) is None
    assert money.in_bps(D(1), D(0)) is None
    assert money.in_bps(D(1), None) is None
    assert money.slippage("buy", None, D(1)) is None
    assert money.slippage("buy", D(1), None) is None
    assert money.slippage_cost("buy", D(0), D(1), D(1)) is None
    assert money.notional(D(1), None) is None
    assert money.shown(None, 2) is None


@pytest.mark.parametrize(
    ("side", "price", "away"),
    [
        ("buy", "99", "1.5"),
        ("buy", "101", "-0.5"),
        ("sell", "102", "2"),
        ("sell", "99.5", "-0.5"),
        ("buy", "100.5", "0"),
    ],
)
def test_an_order_rests_while_the_market_is_away_from_it(side: str, price: str, away: str) -> None:
    assert money.distance(side, D(price), Quote(D(100), D("100.5"))) == D(away)


@given(prices, st.decimals(min_value=D("0.00000001"), max_value=1000, places=8), st.integers(0, 8))
def test_ticks_are_rounded_once(amount: Decimal, tick_size: Decimal, places: int) -> None:
    found = money.in_ticks(amount, tick_size, places)
    assert found is not None
    assert Fraction(found) == half_even(Fraction(amount) / Fraction(tick_size), places)


@given(prices, prices, st.integers(0, 8))
def test_basis_points_are_of_the_absolute_base_and_rounded_once(amount: Decimal, base: Decimal, places: int) -> None:
    found = money.in_bps(amount, base, places)
    if base == 0:
        assert found is None
    else:
        assert found is not None
        assert Fraction(found) == half_even(Fraction(amount) * 10_000 / abs(Fraction(base)), places)


@given(sides, quantities, prices, prices)
def test_slippage_is_a_cost_where_it_is_above_zero(
    side: str, filled: Decimal, average: Decimal, arrival: Decimal
) -> None:
    a_unit = money.slippage(side, average, arrival)
    cost = money.slippage_cost(side, filled, average, arrival)
    assert a_unit is not None
    assert Fraction(a_unit) == SIGN[side] * (Fraction(average) - Fraction(arrival))
    assert cost is None if filled == 0 else Fraction(cost or 0) == Fraction(filled) * Fraction(a_unit)


def test_a_buyer_who_pays_more_than_the_arrival_price_has_a_cost() -> None:
    assert money.slippage("buy", D("100.1"), D(100)) == D("0.1")
    assert money.in_bps(money.slippage("buy", D("100.1"), D(100)), D(100)) == 10
    assert money.in_bps(money.slippage("sell", D("100.1"), D(100)), D(100)) == -10


@given(sides, quantities, prices, quantities, prices, prices, prices)
def test_the_shortfall_is_perolds(
    side: str, filled: Decimal, average: Decimal, leaves: Decimal, arrival: Decimal, price: Decimal, fees: Decimal
) -> None:
    found = money.shortfall(side, filled, average, leaves, arrival, price, fees)
    f, a, left, m0, m = (Fraction(value) for value in (filled, average, leaves, arrival, price))
    assert found is not None
    assert Fraction(found) == SIGN[side] * (f * (a - m0) + left * (m - m0)) + Fraction(fees)


def test_a_shortfall_needs_only_what_it_is_made_of() -> None:
    assert money.shortfall("buy", D(10), D(101), D(0), D(100), None) == 10
    assert money.shortfall("buy", D(0), None, D(10), D(100), D(103)) == 30
    assert money.shortfall("sell", D(4), D(99), D(6), D(100), D(98)) == 16
    assert money.shortfall("buy", D(10), D(101), D(5), D(100), None) is None
    assert money.shortfall("buy", D(10), D(101), D(0), None, D(1)) is None


def test_an_order_is_valued_at_its_own_price_first() -> None:
    assert money.own_price(D(1), D(2), D(3), D(4)) == 1
    assert money.own_price(None, D(2), D(3), D(4)) == 2
    assert money.own_price(None, None, D(3), D(4)) == 3
    assert money.own_price(None, None, None, D(4)) == 4
    assert money.own_price(None, None, None, None) is None
    assert money.own_price(D(0), D(2), None, None) == 0


@given(quantities, prices)
def test_notional_is_exact(quantity: Decimal, price: Decimal) -> None:
    assert Fraction(money.notional(quantity, price) or 0) == Fraction(quantity) * Fraction(price)


# Showing


@given(prices | st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6), st.integers(0, 8))
def test_what_is_shown_is_half_even_plain_and_has_its_decimals(value: Any, places: int) -> None:
    text = money.shown(value, places)
    assert text is not None
    assert Fraction(text) == half_even(Fraction(value), places)
    assert len(text.partition(".")[2]) == places
    assert "E" not in text
    assert not (text.startswith("-") and Fraction(text) == 0)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("0.005", 2, "0.00"),
        ("0.015", 2, "0.02"),
        ("-0.005", 2, "0.00"),
        ("2.5", 0, "2"),
        ("1E+20", 0, "100000000000000000000"),
    ],
)
def test_ties_go_to_the_even(value: str, places: int, text: str) -> None:
    assert money.shown(D(value), places) == text


def test_money_has_the_decimals_of_its_smallest_coin_and_eight_where_there_is_none() -> None:
    assert [money.minor_units(currency) for currency in ("USD", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    assert {money.minor_units(currency) for currency in ("BTC", "ETH", "XBT", "UST", "GBX", "XAU", "XXX")} == {8}


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("-0.0000035", "BTC", "-0.00000350"),
        ("0.01675", "BTC", "0.01675000"),
        ("0.000000001", "BTC", "0.000000001"),
        ("-0.0000000000000001", "ETH", "-0.0000000000000001"),
        ("0.000000005", "XBT", "0.000000005"),
        ("0.000000015", "XBT", "0.00000002"),
        ("0", "BTC", "0.00000000"),
        ("12.5", "GBX", "12.50000000"),
        ("0.004", "USD", "0.00"),
        ("0.4", "JPY", "0"),
        ("0.0004", "KWD", "0.000"),
    ],
)
def test_only_money_with_a_coin_is_rounded_to_nothing(value: str, currency: str, text: str) -> None:
    assert money.money_text(D(value), currency) == text
    assert money.money_text(Fraction(value), currency) == text


def test_what_no_decimals_can_show_is_shown_with_those_of_its_currency() -> None:
    assert money.money_text(Fraction(1, 10**20), "BTC") == "0.00000000"
    assert money.money_text(Fraction(1, 3 * 10**9), "BTC") == "0.0000000003333333"
    assert money.money_text(None, "BTC") is None


def test_the_formulas_know_no_framework() -> None:
    for module in (money, positions, totals):
        tree = ast.parse(Path(module.__file__ or "").read_text())
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        }
        assert imported <= {
            "__future__",
            "collections",
            "dataclasses",
            "decimal",
            "enum",
            "fractions",
            "functools",
            "market",
        }
