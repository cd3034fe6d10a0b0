"""Executing orders: idempotent execution reports of a broker, and the arithmetic of fills."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from market.values import decimals
from market.values.decimals import decimal_string
from orders.domain import lifecycle, rows, rules
from orders.domain.errors import DuplicateExecId, NotFound
from orders.domain.lifecycle import ExecutionKind, Step
from orders.models import Execution, Order
from orders.trading.locking import lock
from orders.trading.permissions import MISSING, check_may_execute
from orders.trading.steps import note_arrival, take_step, transition

EXEC_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Report:
    """A broker's execution report; `last_qty` and `last_price` belong to a fill alone."""

    exec_id: str
    kind: ExecutionKind
    last_qty: Decimal | None = None
    last_price: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Executed:
    """The order after the report, and whether this call changed it (False: the ExecID was known already)."""

    order: Order
    created: bool


def execute(user: User | None, order_id: int, report: Report) -> Executed:
    """Apply a broker's report to any order; `user` None is the system itself (import, demo, paper broker).

    Raises NotFound, Forbidden, DuplicateExecId, InvalidTransition, ValidationFailed.
    """
    with transaction.atomic():
        if user is not None:
            check_may_execute(user, order_id)
        order = lock(order_id)
        if order is None:
            raise NotFound(MISSING)
        _check_report(report)
        known = next(iter(Execution.objects.filter(order_id=order.pk, exec_id=report.exec_id)), None)
        if known is not None:
            if _says(known) != _says(report):
                raise DuplicateExecId("This exec_id has been used for another report.", current=rows.order_row(order))
            return Executed(order, created=False)
        if report.kind is ExecutionKind.FILL:
            _fill(order, report)
        else:
            take_step(order, Step(report.kind), text=report.text or None)
        Execution.objects.create(order=order, **_columns(report))
    return Executed(order, created=True)


def _fill(order: Order, report: Report) -> None:
    before = copy.copy(order)
    assert report.last_qty is not None
    assert report.last_price is not None
    transition(order, Step.FILL, order.quantity, order.cum_qty)  # refuses an illegal step before anything else
    problems = rules.Problems()
    rules.check_positive(problems, "last_qty", report.last_qty)
    rules.check_positive(problems, "last_price", report.last_price)
    problems.check()
    cum_qty = order.cum_qty + report.last_qty
    if cum_qty > order.quantity:
        left = decimal_string(order.quantity - order.cum_qty)
        problems.add("last_qty", f"More than the {left} that can still be filled.")
    elif not decimals.fits(cum_qty) or not decimals.fits(order.quantity - cum_qty):
        problems.add("last_qty", f"Filled or open quantity would have more than {decimals.SIGNIFICANT_DIGITS} digits.")
    problems.check()
    leads_to = transition(order, Step.FILL, order.quantity, cum_qty)
    order.status = leads_to.status
    order.cum_qty = cum_qty
    with localcontext(prec=60):
        order.gross_trade_amount += report.last_qty * report.last_price
    order.avg_price = lifecycle.avg_price(order.gross_trade_amount, cum_qty)
    if report.text:
        order.text = report.text
    names = ["status", "cum_qty", "gross_trade_amount", "avg_price", "text", *note_arrival(before, order)]
    order.save(update_fields=names, before=before, kind=leads_to.kind)


def _check_report(report: Report) -> None:
    problems = rules.Problems()
    rules.check_text(problems, "text", report.text)
    rules.check_text(problems, "exec_id", report.exec_id, EXEC_ID_LENGTH)
    if not report.exec_id:
        problems.add("exec_id", "This field is required.")
    for name, value in (("last_qty", report.last_qty), ("last_price", report.last_price)):
        if report.kind is ExecutionKind.FILL and value is None:
            problems.add(name, "Required for a fill.")
        elif report.kind is not ExecutionKind.FILL and value is not None:
            problems.add(name, "Only allowed for a fill.")
        elif value is not None and not decimals.fits(value):
            problems.add(name, decimals.TOO_LONG)
    problems.check()


def _columns(report: Report) -> dict[str, Any]:
    return {
        "exec_id": report.exec_id,
        "kind": report.kind,
        "last_qty": report.last_qty,
        "last_price": report.last_price,
        "text": report.text,
    }


def _says(report: Report | Execution) -> tuple[str, ...]:
    """A report's content for comparison, independent of how its numbers are written."""
    amounts = ("" if value is None else decimal_string(value) for value in (report.last_qty, report.last_price))
    return (str(report.kind), *amounts, report.text)
