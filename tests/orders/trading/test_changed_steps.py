"""Tick and lot are rules for what is newly asked for: they change while orders work, and what was done was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from market.models import Instrument
from orders import trading
from orders.domain import rows
from orders.domain.errors import ValidationFailed
from orders.domain.lifecycle import Status
from orders.journal import reading
from orders.journal.player import Player
from orders.trading import Amend
from tests.orders import builders
from tests.orders.builders import fill, fresh, order_in
from tests.orders.journals import HEADER, line

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def aapl() -> None:
    builders.instrument("AAPL")


def with_steps(tick: str, lot: str) -> None:
    """The rules of AAPL become others while its orders work, as by an import or in the admin."""
    Instrument.objects.filter(symbol="AAPL").update(tick_size=D(tick), lot_size=D(lot))


@pytest.mark.both_databases
def test_a_broker_s_fill_is_a_fact_whatever_the_steps_are(alice: User) -> None:
    order = order_in(Status.NEW, alice, quantity="15", price="100.05")
    with_steps("0.1", "10")
    order = fill(order, "10", "100.05")
    order = fill(order, "4.5", "100.05333333")
    row = rows.order_row(fresh(fill(order, "0.5", "100.1")))
    assert (row["status"], row["cum_qty"], row["leaves_qty"]) == ("filled", "15", "0")


def test_a_late_fill_need_not_be_in_whole_lots_either(alice: User) -> None:
    order = order_in(Status.CANCELED, alice)
    assert fill(order, "0.12345678").cum_qty == D("0.12345678")


def test_an_amendment_is_held_to_the_steps_in_what_it_changes(alice: User) -> None:
    order = order_in(Status.NEW, alice, quantity="15", price="100.05")
    order = fill(order, "5", "100.05")
    with_steps("0.1", "10")
    noted = trading.amend(alice, order.pk, order.version, {"text": "note", "price": D("100.05"), "quantity": D(15)})
    assert (noted.text, noted.version) == ("note", order.version + 1)
    for changes, wrong in (({"quantity": D(12)}, "quantity"), ({"price": D("100.06")}, "price")):
        with pytest.raises(ValidationFailed) as refused:
            trading.amend(alice, order.pk, noted.version, changes)
        assert set(refused.value.fields or {}) == {wrong}
    [reduced] = trading.amend_many(alice, [Amend(order.pk, noted.version, {"quantity": D(5)})])
    row = rows.order_row(reduced)
    assert (row["status"], row["quantity"], row["price"]) == ("filled", "5", "100.05")


def test_an_order_of_which_nothing_is_filled_cannot_be_reduced_to_nothing(alice: User) -> None:
    order = order_in(Status.NEW, alice)
    with pytest.raises(ValidationFailed, match="greater than 0"):
        trading.amend(alice, order.pk, order.version, {"quantity": D(0)})


def test_a_limit_of_notional_is_for_what_is_asked_for_anew(alice: User, settings: Any) -> None:
    order = fill(order_in(Status.NEW, alice, quantity="100", price="10"), "40", "10")
    settings.ORDERS_MAX_NOTIONAL = D(100)
    order = trading.amend(alice, order.pk, order.version, {"text": "still mine"})
    order = trading.amend(alice, order.pk, order.version, {"quantity": D(60)})
    with pytest.raises(ValidationFailed, match="above the limit"):
        trading.amend(alice, order.pk, order.version, {"quantity": D(61)})
    with pytest.raises(ValidationFailed, match="above the limit"):
        trading.amend(alice, order.pk, order.version, {"price": D(9)})


def test_a_recorded_fill_of_an_odd_lot_is_played(alice: User) -> None:
    player = Player()
    lines = [line("place", user="alice"), line("fill", user="alice", exec_id="f-1", last_qty="0.125", last_price="5")]
    placed, filled = reading.read([HEADER, *lines])
    assert player.apply(placed)
    Instrument.objects.filter(symbol="XYZ").update(lot_size=D(10), tick_size=D(1))
    assert player.apply(filled)


def test_a_broker_reports_what_is_left_of_an_odd_order_over_rest(as_user: Any, alice: User, broker: User) -> None:
    order = order_in(Status.NEW, alice, quantity="15", price="100.05")
    with_steps("0.1", "10")
    api, left = as_user(broker), {"kind": "fill", "last_price": "100.1"}
    for number, quantity in enumerate(("10", "4.99999999", "0.00000001")):
        body = left | {"exec_id": f"e-{number}", "last_qty": quantity}
        assert api.post(f"/api/orders/{order.pk}/executions/", body, format="json").status_code == 201
    assert fresh(order).status == Status.FILLED
