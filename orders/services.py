"""The rules of placing, amending, cancelling and executing orders: page, REST, socket, admin, import and tests come here.

Each service is one transaction that locks the order, checks the step against `lifecycle` and saves; the save itself is
what the event log hears. Refusals are `orders.errors`.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from market.models import SYMBOL, Instrument
from orders import lifecycle, limits, origin, rows, rules
from orders.errors import (
    DuplicateClientOrderId,
    DuplicateExecId,
    Forbidden,
    InvalidTransition,
    NotFound,
    ValidationFailed,
    VersionConflict,
)
from orders.lifecycle import ExecutionKind, OrderType, Side, Step, TimeInForce
from orders.models import Change, Execution, Order, new_client_order_id

AMENDABLE = frozenset({"quantity", "price", "stop_price", "text"})
EXEC_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as somebody wants to place it; without a `client_order_id` one is made."""

    symbol: str
    side: Side
    quantity: Decimal
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    price: Decimal | None = None
    stop_price: Decimal | None = None
    text: str = ""
    client_order_id: str = ""

    def fingerprint(self) -> str:
        """The same for the same body, however its numbers are written."""
        body = [
            self.symbol,
            self.side,
            self.order_type,
            self.time_in_force,
            *(None if v is None else rows.decimal_string(v) for v in (self.quantity, self.price, self.stop_price)),
            self.text,
        ]
        return hashlib.sha256(orjson.dumps(body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Report:
    """A broker's execution report; `last_qty` and `last_price` belong to a fill alone."""

    exec_id: str
    kind: ExecutionKind
    last_qty: Decimal | None = None
    last_price: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """The order, and whether this call made it (False: it stood already, placed by the same body)."""

    order: Order
    created: bool


@dataclass(frozen=True, slots=True)
class Executed:
    """The order after the report, and whether this call changed it (False: the ExecID was known already)."""

    order: Order
    created: bool


@dataclass
class _Batch:
    """What placing several orders in one transaction needs only once."""

    user: User
    instruments: dict[str, Instrument] = field(default_factory=dict)


def place(user: User, new: NewOrder) -> Placed:
    """Places one order for this user. Raises ValidationFailed or DuplicateClientOrderId."""
    [placed] = _place_all(user, [new], lambda _, refused: refused)
    return placed


def place_many(user: User, new_orders: Sequence[NewOrder]) -> list[Placed]:
    """Places all of these or none; a refusal names the place in the list, `{"3.quantity": […]}`."""
    return _place_all(user, new_orders, in_list)


def amend(user: User, order_id: int, expected_version: int, changes: Mapping[str, Any], *, owner: bool = True) -> Order:
    """Amends quantity, price, stop_price or text of one's own order; None of a field means no value.

    `owner=False` lets an administrator or an import amend anybody's. Raises NotFound, Forbidden, VersionConflict,
    InvalidTransition, ValidationFailed.
    """
    with transaction.atomic():
        order = _locked(user, order_id, owner=owner)
        _expect(order, expected_version)
        before = copy.copy(order)
        _step(order, Step.AMEND, order.quantity, order.cum_qty)
        for name in AMENDABLE & changes.keys():
            setattr(order, name, changes[name])
        _check_amended(order)
        transition = _step(order, Step.AMEND, order.quantity, order.cum_qty)
        order.status = transition.status
        order.save(update_fields=[*AMENDABLE, "status"], change=Change(before, transition.kind))
    return order


def cancel(user: User, order_id: int, expected_version: int | None = None, *, owner: bool = True) -> Order:
    """Cancels an order the broker has not accepted yet, or asks the broker to cancel a working one."""
    with transaction.atomic():
        order = _locked(user, order_id, owner=owner)
        if expected_version is not None:
            _expect(order, expected_version)
        _take_step(order, Step.REQUEST_CANCEL, text=None)
    return order


def execute(user: User | None, order_id: int, report: Report) -> Executed:
    """Takes a broker's report on any order; `user` None is the system itself (import, demo, paper broker).

    Raises NotFound, Forbidden, DuplicateExecId, InvalidTransition, ValidationFailed.
    """
    with transaction.atomic():
        order = _lock(order_id)
        if user is not None and not can_execute(user):
            if order is None or order.user_id != user.pk and not can_watch(user):
                raise NotFound("There is no such order.")
            check_may_execute(user)
        if order is None:
            raise NotFound("There is no such order.")
        _check_report(report)
        known = order.executions.filter(exec_id=report.exec_id).first()
        if known is not None:
            if _report_of(known) != _normal(report):
                raise DuplicateExecId("This exec_id has been used for another report.", current=rows.order_row(order))
            return Executed(order, created=False)
        if report.kind is ExecutionKind.FILL:
            _fill(order, report)
        else:
            _take_step(order, Step(report.kind), text=report.text or None)
        Execution.objects.create(order=order, **_columns(report))
    return Executed(order, created=True)


def can_watch(user: User) -> bool:
    """Whether this person finds everyone's orders: the desk and the broker do."""
    return user.has_perm("orders.watch_all_orders") or user.has_perm("orders.execute_order")


def can_execute(user: User) -> bool:
    return user.has_perm("orders.execute_order")


def in_list(index: int, refused: ValidationFailed) -> ValidationFailed:
    """The refusal of one order of a list, naming its place."""
    fields = {f"{index}.{name}": messages for name, messages in (refused.fields or {}).items()}
    return ValidationFailed(f"Order {index + 1} of the list: {refused.message}", fields=fields)


def check_may_execute(user: User) -> None:
    """Raises Forbidden for anyone but a broker."""
    if not can_execute(user):
        raise Forbidden("Only a broker may report executions.")


def _place_all(
    user: User,
    new_orders: Sequence[NewOrder],
    tell: Callable[[int, ValidationFailed], ValidationFailed],
) -> list[Placed]:
    new_orders = [replace(new, client_order_id=new.client_order_id or new_client_order_id()) for new in new_orders]
    try:
        return _place_in_turn(user, new_orders, tell)
    except IntegrityError:
        # Somebody placed the same client_order_id between our look and our insert; the second look finds it.
        return _place_in_turn(user, new_orders, tell)


def _place_in_turn(
    user: User,
    new_orders: Sequence[NewOrder],
    tell: Callable[[int, ValidationFailed], ValidationFailed],
) -> list[Placed]:
    placed = []
    with transaction.atomic():
        batch = _Batch(user)
        for index, new in enumerate(new_orders):
            try:
                placed.append(_place(batch, new))
            except ValidationFailed as refused:
                raise tell(index, refused) from refused
    return placed


def _place(batch: _Batch, new: NewOrder) -> Placed:
    problems = rules.Problems()
    rules.check_client_order_id(problems, new.client_order_id)
    problems.check()
    fingerprint = new.fingerprint()
    existing = (
        Order.objects.for_trader(batch.user).select_related("user").filter(client_order_id=new.client_order_id).first()
    )
    if existing is not None:
        if existing.fingerprint != fingerprint:
            raise DuplicateClientOrderId(
                f"client_order_id {new.client_order_id} belongs to another order of yours.",
                current=rows.order_row(existing),
            )
        return Placed(existing, created=False)
    instrument = _instrument(batch, new.symbol, problems)
    rules.check_amount(problems, "quantity", new.quantity, instrument.lot_size, "lot size")
    rules.check_prices(problems, instrument, new.order_type, new.price, new.stop_price)
    rules.check_time_in_force(problems, new.order_type, new.time_in_force)
    rules.check_text(problems, "text", new.text)
    problems.check()
    limits.check(batch.user, new.quantity, new.price or new.stop_price)
    order = Order(
        user=batch.user,
        client_order_id=new.client_order_id,
        symbol=instrument,
        side=new.side,
        order_type=new.order_type,
        time_in_force=new.time_in_force,
        quantity=new.quantity,
        price=new.price,
        stop_price=new.stop_price,
        text=new.text,
        fingerprint=fingerprint,
        is_import=origin.current().source is origin.Source.IMPORT,
    )
    order.save(force_insert=True, change=Change(None))
    return Placed(order, created=True)


def _instrument(batch: _Batch, symbol: str, problems: rules.Problems) -> Instrument:
    if symbol not in batch.instruments:
        instrument = Instrument.objects.filter(symbol=symbol).first() if re.match(SYMBOL, symbol) else None
        if instrument is None or not instrument.active:
            problems.add("symbol", "There is no such instrument." if instrument is None else "This is not traded now.")
            problems.check()
        assert instrument is not None
        batch.instruments[symbol] = instrument
    return batch.instruments[symbol]


def _lock(order_id: int) -> Order | None:
    return next(iter(Order.objects.by_id([order_id], lock=True)), None)


def _locked(user: User, order_id: int, *, owner: bool) -> Order:
    order = _lock(order_id)
    if order is None or (owner and order.user_id != user.pk and not can_watch(user)):
        raise NotFound("There is no such order.")
    if owner and order.user_id != user.pk:
        raise Forbidden("This is somebody else's order.")
    return order


def _expect(order: Order, version: int) -> None:
    if order.version != version:
        raise VersionConflict(
            f"The order has changed: it is at version {order.version}, not {version}.", current=rows.order_row(order)
        )


def _step(order: Order, step: Step, quantity: Decimal, cum_qty: Decimal) -> lifecycle.Transition:
    try:
        return lifecycle.step(lifecycle.Status(order.status), step, quantity, cum_qty)
    except lifecycle.IllegalStep as illegal:
        raise InvalidTransition(str(illegal), current=rows.order_row(order)) from illegal


def _take_step(order: Order, step: Step, text: str | None) -> None:
    """A step that moves no quantities; a reason, where one is given, becomes the order's text."""
    before = copy.copy(order)
    transition = _step(order, step, order.quantity, order.cum_qty)
    order.status = transition.status
    if text is not None:
        order.text = text
    order.save(update_fields=["status", "text"], change=Change(before, transition.kind))


def _fill(order: Order, report: Report) -> None:
    before = copy.copy(order)
    assert report.last_qty is not None and report.last_price is not None
    if not lifecycle.is_legal(lifecycle.Status(order.status), Step.FILL):
        _step(order, Step.FILL, order.quantity, order.cum_qty)
    problems = rules.Problems()
    rules.check_amount(problems, "last_qty", report.last_qty, order.symbol.lot_size, "lot size")
    rules.check_amount(problems, "last_price", report.last_price, Decimal(1).scaleb(-lifecycle.DECIMAL_PLACES), "unit")
    problems.check()
    cum_qty = order.cum_qty + report.last_qty
    if cum_qty > order.quantity:
        left = rows.decimal_string(order.quantity - order.cum_qty)
        problems.add("last_qty", f"More than the {left} that can still be filled.")
    elif not rules.fits(cum_qty) or not rules.fits(order.quantity - cum_qty):
        problems.add("last_qty", f"The sum of the fills has more than {lifecycle.SIGNIFICANT_DIGITS} digits.")
    problems.check()
    transition = _step(order, Step.FILL, order.quantity, cum_qty)
    order.status = transition.status
    order.cum_qty = cum_qty
    with localcontext(prec=60):
        order.gross_trade_amount += report.last_qty * report.last_price
    order.avg_price = lifecycle.avg_price(order.gross_trade_amount, cum_qty)
    if report.text:
        order.text = report.text
    order.save(
        update_fields=["status", "cum_qty", "gross_trade_amount", "avg_price", "text"],
        change=Change(before, transition.kind),
    )


def _check_amended(order: Order) -> None:
    problems = rules.Problems()
    rules.check_amount(problems, "quantity", order.quantity, order.symbol.lot_size, "lot size")
    if order.quantity.is_finite() and order.quantity < order.cum_qty:
        problems.add("quantity", f"Not below the {rows.decimal_string(order.cum_qty)} filled already.")
    rules.check_prices(problems, order.symbol, OrderType(order.order_type), order.price, order.stop_price)
    rules.check_text(problems, "text", order.text)
    problems.check()
    limits.check_notional(order.quantity, order.price or order.stop_price)


def _check_report(report: Report) -> None:
    problems = rules.Problems()
    rules.check_text(problems, "text", report.text)
    rules.check_text(problems, "exec_id", report.exec_id, EXEC_ID_LENGTH)
    if not report.exec_id:
        problems.add("exec_id", "This field is required.")
    for name, value in (("last_qty", report.last_qty), ("last_price", report.last_price)):
        if report.kind is ExecutionKind.FILL and value is None:
            problems.add(name, "A fill needs it.")
        elif report.kind is not ExecutionKind.FILL and value is not None:
            problems.add(name, "Only a fill has it.")
        elif value is not None and not rules.fits(value):
            problems.add(name, "Not a number that can be kept exactly.")
    problems.check()


def _columns(report: Report) -> dict[str, Any]:
    return {
        "exec_id": report.exec_id,
        "kind": report.kind,
        "last_qty": report.last_qty,
        "last_price": report.last_price,
        "text": report.text,
    }


def _normal(report: Report) -> tuple[str, ...]:
    amounts = ("" if value is None else rows.decimal_string(value) for value in (report.last_qty, report.last_price))
    return (report.kind, *amounts, report.text)


def _report_of(known: Execution) -> tuple[str, ...]:
    stored = Report(known.exec_id, ExecutionKind(known.kind), known.last_qty, known.last_price, known.text)
    return _normal(stored)
