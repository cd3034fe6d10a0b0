"""Orders in any state, through the services as everybody makes them, and what a reader sees of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from market.models import Instrument
from orders import trading
from orders.domain import rows
from orders.domain.lifecycle import ExecutionKind, Side, Status
from orders.log import events
from orders.models import Order
from orders.trading import NewOrder, Report

_numbers = count(1)

Event = dict[str, Any]


def instrument(symbol: str = "AAPL", **fields: Any) -> Instrument:
    """A tradable instrument: whole lots and cents unless told otherwise."""
    found, _ = Instrument.objects.get_or_create(symbol=symbol, defaults={"name": symbol, "currency": "USD"} | fields)
    return found


def new_order(**fields: Any) -> NewOrder:
    """Buy 100 AAPL at 585.33, day, unless told otherwise; numbers may be text."""
    values: dict[str, Any] = {"symbol": "AAPL", "side": Side.BUY, "quantity": "100", "price": "585.33"} | fields
    for name in ("quantity", "price", "stop_price"):
        if values.get(name) is not None:
            values[name] = Decimal(values[name])
    return NewOrder(**values)


def place(user: User, **fields: Any) -> Order:
    new = new_order(**fields)
    instrument(new.symbol)
    return trading.place(user, new).order


def report(kind: ExecutionKind | str, quantity: str | None = None, price: str | None = None, **fields: Any) -> Report:
    """A report with an ExecID of its own."""
    fields.setdefault("exec_id", f"exec-{next(_numbers)}")
    return Report(
        kind=ExecutionKind(kind),
        last_qty=None if quantity is None else Decimal(quantity),
        last_price=None if price is None else Decimal(price),
        **fields,
    )


def execute(order: Order, kind: str, quantity: str | None = None, price: str | None = None, **fields: Any) -> Order:
    return trading.execute(None, order.pk, report(kind, quantity, price, **fields)).order


def fill(order: Order, quantity: str, price: str = "585.33") -> Order:
    return execute(order, "fill", quantity, price)


def order_in(status: Status, user: User, **fields: Any) -> Order:
    """An order of this user that has come to this status by legal steps."""
    order = place(user, **fields)
    match status:
        case Status.PENDING_NEW:
            return order
        case Status.REJECTED:
            return execute(order, "reject", text="Too far from the market")
    order = execute(order, "accept")
    match status:
        case Status.PARTIALLY_FILLED:
            return fill(order, "40")
        case Status.FILLED:
            return fill(order, "100")
        case Status.PENDING_CANCEL:
            return trading.cancel(user, order.pk)
        case Status.CANCELED:
            return execute(order, "cancel")
        case Status.EXPIRED:
            return execute(order, "expire")
    return order


def fresh(order: Order) -> Order:
    return Order.objects.select_related("user").get(pk=order.pk)


def number_as_at_a_commit() -> None:
    """In a test's own transaction nothing commits; this does what belongs to the commit."""
    wrapper: Any = connection
    if connection.in_atomic_block:
        wrapper.prepare_commit()


def log_of(user: User, after: int = 0) -> list[Event]:
    """The owner's events that follow `after`."""
    number_as_at_a_commit()
    return [json.loads(event.body) for event in events.since(user.pk, after)]


def head_of(user: User) -> int:
    number_as_at_a_commit()
    return events.heads([user.pk])[user.pk]


def snapshot_of(user: User) -> dict[int, rows.Row]:
    """The owner's orders by id, as a client loads them."""
    return {order.pk: rows.order_row(order) for order in Order.objects.for_trader(user).select_related("user")}


def apply(snapshot: dict[int, rows.Row], told: list[Event]) -> dict[int, rows.Row]:
    """A client's table after these events; AssertionError where an event does not fit the state before it."""
    table = dict(snapshot)
    for event in told:
        row = event["order"]
        known = table.get(row["id"])
        if event["kind"] == "created":
            assert known is None, "created twice"
        else:
            assert known is not None, f"{event['kind']} of an order that is not there"
            assert row["version"] == known["version"] + 1
            assert event["changes"] == rows.changes(known, row)
        if event["kind"] == "deleted":
            del table[row["id"]]
        else:
            table[row["id"]] = row
    return table


@contextmanager
def told(*users: User) -> Iterator[list[Event]]:
    """Collects what these owners are told of what happens inside, and proves it.

    The events go on from the head without a gap, each fits what came before it, and all of them together lead from the
    old snapshot to a fresh one.
    """
    before = {user: (head_of(user), snapshot_of(user)) for user in users}
    collected: list[Event] = []
    yield collected
    for user, (head, snapshot) in before.items():
        events_now = log_of(user, after=head)
        assert [event["seq"] for event in events_now] == list(range(head + 1, head_of(user) + 1))
        assert {event["user"] for event in events_now} <= {user.username}
        assert apply(snapshot, events_now) == snapshot_of(user)
        collected += events_now


class _Undo(Exception):
    pass


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is written inside is undone at the end, as by an error in the middle of a transaction."""
    with suppress(_Undo), transaction.atomic():
        yield
        raise _Undo
