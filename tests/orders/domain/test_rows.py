"""The one JSON shape of an order: the same text fresh from Python and read back from the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from orders.domain import rows
from orders.domain.lifecycle import Status
from orders.models import Order
from tests.orders import builders
from tests.orders.builders import fresh, log_of, order_in

D = Decimal


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1", "1"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("1E+14", "100000000000000"),
        ("0E-8", "0"),
        ("-0", "0"),
        ("0.00000001", "0.00000001"),
        ("1E-8", "0.00000001"),
        ("999999999999999", "999999999999999"),
        ("999999999999999.99999999", "999999999999999.99999999"),
        ("0.000000005", "0"),
        ("0.000000015", "0.00000002"),
        ("-0.000000001", "0"),
    ],
)
def test_a_decimal_is_plain_text_without_exponent_or_trailing_zeros(number: str, text: str) -> None:
    assert rows.decimal_string(D(number)) == text


@given(st.decimals(min_value=0, max_value=10**15, places=8))
def test_a_decimals_text_is_the_same_number(number: Decimal) -> None:
    text = rows.decimal_string(number)
    assert D(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))


def test_a_time_is_utc_with_six_fraction_digits() -> None:
    assert rows.timestamp(datetime(2012, 6, 21, 9, 30, tzinfo=UTC)) == "2012-06-21T09:30:00.000000Z"
    new_york = timezone(timedelta(hours=-4))
    assert rows.timestamp(datetime(2012, 6, 21, 9, 30, 0, 123456, new_york)) == "2012-06-21T13:30:00.123456Z"


def test_changes_are_the_fields_that_differ_without_the_bookkeeping() -> None:
    before = {"text": "a", "price": "1", "version": 1, "updated_at": "x"}
    assert rows.changes(before, before | {"text": "b", "version": 2, "updated_at": "y"}) == {"text": ["a", "b"]}


def test_an_order_has_the_contracts_fields_in_its_order(alice: User) -> None:
    fields = """id client_order_id user symbol side order_type time_in_force quantity price stop_price status cum_qty
        leaves_qty avg_price text version created_at updated_at arrival_price"""
    assert list(rows.order_row(builders.place(alice))) == fields.split()


@pytest.mark.parametrize("status", Status)
def test_an_order_reads_the_same_fresh_told_and_reloaded(alice: User, status: Status) -> None:
    order = order_in(status, alice, price="585.3", text="größer")
    assert rows.order_row(order) == log_of(alice)[-1]["order"] == rows.order_row(fresh(order))


@pytest.mark.parametrize(
    "quantity",
    ["999999999999999", "9999999.99999999", "0.1", "0.00000001", "1.000000005", "1.000000015", "12345678901.12345678"],
)
@pytest.mark.both_databases
def test_a_plain_save_tells_what_the_database_then_holds(alice: User, quantity: str) -> None:
    builders.instrument("AAPL")
    order = Order(user=alice, symbol="AAPL", side="buy", quantity=D(quantity), price=D(quantity))
    order.save()
    assert rows.order_row(order) == log_of(alice)[-1]["order"] == rows.order_row(fresh(order))


@pytest.mark.both_databases
def test_numbers_assigned_as_text_or_integers_are_saved_as_decimals(alice: User) -> None:
    builders.instrument("AAPL")
    order = Order.objects.create(user=alice, symbol="AAPL", side="buy", quantity="7.0", price=5)
    assert (order.quantity, order.price) == (D(7), D(5))
    assert log_of(alice)[-1]["order"] == rows.order_row(fresh(order))
