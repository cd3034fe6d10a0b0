"""The order journal: recorded order flow, one action a line, applied through the same services as everything else.

Reading it is pure (`read`); applying it (`Player`) makes missing people and instruments, and does nothing twice:
a place is known by its client_order_id, a fill by its exec_id, every other action by its count within its order.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.utils.dateparse import parse_datetime

from market.models import SMALLEST, SYMBOL, Instrument
from orders import rules, services
from orders.errors import NotFound, OrderError
from orders.lifecycle import ExecutionKind, OrderType, Side, TimeInForce
from orders.models import Execution, Order
from orders.services import NewOrder, Report

COLUMNS = [
    "time",
    "user",
    "action",
    "client_order_id",
    "symbol",
    "side",
    "order_type",
    "time_in_force",
    "quantity",
    "price",
    "stop_price",
    "exec_id",
    "last_qty",
    "last_price",
    "text",
]
USER = re.compile(r"[\w.@+-]{1,150}")
DEFAULT_DECIMALS = 2
MAX_DECIMALS = 8


class Action(StrEnum):
    PLACE = "place"
    ACCEPT = "accept"
    AMEND = "amend"
    CANCEL = "cancel"
    FILL = "fill"
    REJECT = "reject"
    EXPIRE = "expire"


class BadLine(Exception):
    """A line that can't be read or applied; nothing of it was written."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class Line:
    """One action; `occurrence` counts this action of this order within the file, from 1."""

    number: int
    time: datetime
    user: str
    action: Action
    client_order_id: str
    symbol: str
    cells: dict[str, str]
    occurrence: int

    @property
    def key(self) -> str:
        """The ExecID of the action: its own, or one that is the same whenever this file is applied."""
        return self.cells["exec_id"] or f"journal-{self.action}-{self.occurrence}"


def read(text: Iterable[str]) -> Iterator[Line]:
    """The lines of a journal, in order. Raises BadLine where one can't be read."""
    reader = csv.reader(text, strict=True)
    seen: Counter[tuple[str, str, str]] = Counter()
    try:
        header = next(reader, [])
        if [name.strip().removeprefix("\ufeff") for name in header] != COLUMNS:
            raise BadLine(1, f"the columns must be {','.join(COLUMNS)}")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(COLUMNS):
                raise BadLine(reader.line_num, f"{len(COLUMNS)} cells are needed, not {len(cells)}")
            row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
            order = (row["user"], row["client_order_id"], row["action"])
            seen[order] += 1
            yield _line(reader.line_num, row, seen[order])
    except csv.Error as error:
        raise BadLine(reader.line_num, str(error)) from error


@dataclass
class Player:
    """Applies lines; `counts` says how often each action changed something, `unchanged` how often it stood already."""

    counts: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    _people: dict[str, User] = field(default_factory=dict)
    _symbols: set[str] = field(default_factory=set)
    _orders: dict[tuple[str, str], int] = field(default_factory=dict)

    def apply(self, line: Line) -> None:
        """Applies one line whole, or raises BadLine with nothing of it written."""
        try:
            changed = self._apply(line)
        except OrderError as error:
            raise BadLine(line.number, f"{line.action} {line.client_order_id}: {error.message}") from error
        if changed:
            self.counts[line.action] += 1
        else:
            self.unchanged += 1

    def _apply(self, line: Line) -> bool:
        if line.action is Action.PLACE:
            new = _new_order(line)
            self._instrument(line)
            placed = services.place(self._person(line.user), new)
            self._orders[line.user, line.client_order_id] = placed.order.pk
            return placed.created
        order_id = self._order(line)
        if line.action is Action.AMEND:
            return self._amend(order_id, line)
        return services.execute(None, order_id, _report(line)).created

    def _amend(self, order_id: int, line: Line) -> bool:
        changes: dict[str, Any] = {
            name: _decimal(line, name) for name in ("quantity", "price", "stop_price") if line.cells[name]
        }
        if line.cells["text"]:
            changes["text"] = line.cells["text"]
        order = Order.objects.get(pk=order_id)
        if order.executions.filter(exec_id=line.key).exists():
            return False
        services.amend(order.user, order_id, order.version, changes)
        Execution.objects.create(order=order, exec_id=line.key, kind=line.action)
        return True

    def _order(self, line: Line) -> int:
        key = (line.user, line.client_order_id)
        if key not in self._orders:
            found = Order.objects.filter(user__username=line.user, client_order_id=line.client_order_id).first()
            if found is None:
                raise NotFound("this order was never placed.")
            self._orders[key] = found.pk
        return self._orders[key]

    def _person(self, name: str) -> User:
        if name not in self._people:
            users = User.objects
            # Without a password nobody can sign in as this person until an administrator sets one.
            self._people[name] = users.filter(username=name).first() or users.create_user(username=name)
        return self._people[name]

    def _instrument(self, line: Line) -> None:
        if line.symbol not in self._symbols:
            places = max(DEFAULT_DECIMALS, *(_places(line.cells[name]) for name in ("price", "stop_price")))
            defaults = {
                "name": line.symbol,
                "currency": "USD",
                "tick_size": SMALLEST,
                "lot_size": SMALLEST,
                "price_decimals": min(places, MAX_DECIMALS),
            }
            Instrument.objects.get_or_create(symbol=line.symbol, defaults=defaults)
            self._symbols.add(line.symbol)


def _line(number: int, row: dict[str, str], occurrence: int) -> Line:
    try:
        moment = parse_datetime(row["time"])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadLine(number, f"time {row['time']!r} is not a time with its zone")
    if row["action"] not in set(Action):
        raise BadLine(number, f"action {row['action']!r} is not one of {', '.join(Action)}")
    if not USER.fullmatch(row["user"]):
        raise BadLine(number, f"user {row['user']!r} is not a user's name")
    if not rules.CLIENT_ORDER_ID.fullmatch(row["client_order_id"]):
        raise BadLine(number, f"client_order_id {row['client_order_id']!r} is not one")
    if row["action"] == Action.PLACE and not re.match(SYMBOL, row["symbol"]):
        raise BadLine(number, f"symbol {row['symbol']!r} is not one")
    action = Action(row["action"])
    line = Line(number, moment, row["user"], action, row["client_order_id"], row["symbol"], row, occurrence)
    for name in ("quantity", "price", "stop_price", "last_qty", "last_price"):
        _decimal(line, name)
    return line


def _decimal(line: Line, name: str) -> Decimal | None:
    text = line.cells[name]
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadLine(line.number, f"{name} {text!r} is not a number") from None
    if not rules.fits(value):
        raise BadLine(line.number, f"{name} {text!r} has too many digits")
    return value


def _places(text: str) -> int:
    return len(text.partition(".")[2])


def _new_order(line: Line) -> NewOrder:
    cells = line.cells
    quantity = _decimal(line, "quantity")
    if quantity is None:
        raise BadLine(line.number, "a place needs a quantity")
    try:
        return NewOrder(
            symbol=line.symbol,
            side=Side(cells["side"]),
            order_type=OrderType(cells["order_type"] or OrderType.LIMIT),
            time_in_force=TimeInForce(cells["time_in_force"] or TimeInForce.DAY),
            quantity=quantity,
            price=_decimal(line, "price"),
            stop_price=_decimal(line, "stop_price"),
            text=cells["text"],
            client_order_id=line.client_order_id,
        )
    except ValueError as error:
        raise BadLine(line.number, str(error)) from error


def _report(line: Line) -> Report:
    if line.action is Action.FILL and not line.cells["exec_id"]:
        raise BadLine(line.number, "a fill needs an exec_id")
    is_fill = line.action is Action.FILL
    return Report(
        exec_id=line.key,
        kind=ExecutionKind(line.action),
        last_qty=_decimal(line, "last_qty") if is_fill else None,
        last_price=_decimal(line, "last_price") if is_fill else None,
        text=line.cells["text"],
    )
