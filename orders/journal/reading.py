"""Parses order journals: each line of a CSV file is typed and checked before any of it is applied."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from django.utils.dateparse import parse_datetime

from market.models import SYMBOL
from market.values import decimals
from market.values.csv_rows import BadLine, Row, rows
from market.values.text import refusal
from orders.domain import rules
from orders.domain.lifecycle import ExecutionKind, OrderType, Side, TimeInForce
from orders.trading import EXEC_ID_LENGTH, NewOrder, Report

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
AMOUNTS = ("quantity", "price", "stop_price", "last_qty", "last_price")
USER = re.compile(r"[\w.@+-]{1,150}")
# Max lengths of cells. Other cells, which have their own limits where they are used, never honestly exceed CELL_LENGTH.
LENGTHS = {"exec_id": EXEC_ID_LENGTH, "text": rules.TEXT_LENGTH}
CELL_LENGTH = 1000
# How much of a refused cell an error shows.
SHOWN = 60

Member = TypeVar("Member", bound=StrEnum)


class Action(StrEnum):
    PLACE = "place"
    ACCEPT = "accept"
    AMEND = "amend"
    CANCEL = "cancel"
    FILL = "fill"
    REJECT = "reject"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Amendment:
    """The changes of an amend line, and the key that marks it as applied."""

    key: str
    changes: dict[str, Decimal | str]


@dataclass(frozen=True, slots=True)
class Line:
    """One action, ready for `trading`. `number` is its line in the file; `symbol` may be empty except for a place."""

    number: int
    time: datetime
    user: str
    action: Action
    client_order_id: str
    symbol: str
    what: NewOrder | Report | Amendment


def read(text: Iterable[str]) -> Iterator[Line]:
    """Parse a journal's lines, in order. Raises BadLine at an invalid one."""
    seen: Counter[str] = Counter()
    for number, row in rows(text, _wrong_columns, clean=str):
        try:
            yield _line(number, row, seen)
        except ValueError as error:
            raise BadLine(number, str(error)) from error


def _wrong_columns(names: list[str]) -> str:
    return "" if names == COLUMNS else f"the columns must be {','.join(COLUMNS)}"


def _line(number: int, cells: Row, seen: Counter[str]) -> Line:
    row = {name: _cell(name, cell) for name, cell in cells.items()}
    action = _one_of(Action, row, "action")
    # Normalized as the site's own forms store a name, so that a later lookup finds it.
    user = unicodedata.normalize("NFKC", row["user"])
    _check(row, "user", USER.fullmatch(user) is not None)
    _check(row, "client_order_id", rules.CLIENT_ORDER_ID.fullmatch(row["client_order_id"]) is not None)
    _check(row, "symbol", bool(re.match(SYMBOL, row["symbol"])) or (not row["symbol"] and action is not Action.PLACE))
    amounts = {name: _amount(row, name) for name in AMOUNTS}
    what: NewOrder | Report | Amendment
    if action is Action.PLACE:
        what = _new_order(row, amounts)
    else:
        key = row["exec_id"] or _key(row, seen)
        what = _amendment(key, row, amounts) if action is Action.AMEND else _report(key, action, row, amounts)
    return Line(number, _time(row), user, action, row["client_order_id"], row["symbol"], what)


def _cell(name: str, cell: str) -> str:
    """The cell without surrounding spaces, checked even where its action ignores it; an amount must have none.

    Raises ValueError for text that can't be read, and for a cell that is too long.
    """
    bare = cell.strip(" ")
    why = refusal(bare)
    if why is not None:
        raise ValueError(f"{name} {bare[:SHOWN]!r}: {why}")
    most = LENGTHS.get(name, CELL_LENGTH)
    if len(bare) > most:
        raise ValueError(f"{name} has more than {most} characters")
    return cell if bare and name in AMOUNTS else bare


def _key(row: dict[str, str], seen: Counter[str]) -> str:
    """The ExecID of a line without one: the same whenever its file is read, and different for every other line."""
    digest = hashlib.blake2b("\n".join(row.values()).encode(), digest_size=12).hexdigest()
    seen[digest] += 1
    return f"J-{digest}-{seen[digest]}"


def _new_order(row: dict[str, str], amounts: dict[str, Decimal | None]) -> NewOrder:
    quantity = amounts["quantity"]
    if quantity is None:
        raise ValueError("a place needs a quantity")
    return NewOrder(
        symbol=row["symbol"],
        side=_one_of(Side, row, "side"),
        order_type=_one_of(OrderType, row, "order_type", OrderType.LIMIT),
        time_in_force=_one_of(TimeInForce, row, "time_in_force", TimeInForce.DAY),
        quantity=quantity,
        price=amounts["price"],
        stop_price=amounts["stop_price"],
        text=row["text"],
        client_order_id=row["client_order_id"],
    )


def _amendment(key: str, row: dict[str, str], amounts: dict[str, Decimal | None]) -> Amendment:
    changes: dict[str, Decimal | str] = {}
    for name in ("quantity", "price", "stop_price"):
        amount = amounts[name]
        if amount is not None:
            changes[name] = amount
    if row["text"]:
        changes["text"] = row["text"]
    return Amendment(key, changes)


def _report(key: str, action: Action, row: dict[str, str], amounts: dict[str, Decimal | None]) -> Report:
    if action is not Action.FILL:
        return Report(key, ExecutionKind(action), text=row["text"])
    if not row["exec_id"]:
        raise ValueError("a fill needs an exec_id")
    return Report(key, ExecutionKind.FILL, amounts["last_qty"], amounts["last_price"], row["text"])


def _time(row: dict[str, str]) -> datetime:
    try:
        moment = parse_datetime(row["time"]) if row["time"].isascii() else None
    except ValueError:
        moment = None
    _check(row, "time", moment is not None and moment.tzinfo is not None, "a time with a time zone")
    assert moment is not None
    return moment


def _amount(row: dict[str, str], name: str) -> Decimal | None:
    if not row[name]:
        return None
    try:
        return decimals.amount(row[name])
    except decimals.BadNumber as bad:
        raise ValueError(f"{name} {row[name][:SHOWN]!r} is not a number that can be used. {bad}") from bad


def _one_of(members: type[Member], row: dict[str, str], name: str, default: Member | None = None) -> Member:
    if default is not None and not row[name]:
        return default
    _check(row, name, row[name] in set(members), f"one of {', '.join(members)}")
    return members(row[name])


def _check(row: dict[str, str], name: str, good: bool, wanted: str = "valid") -> None:
    if not good:
        raise ValueError(f"{name} {row[name][:SHOWN]!r} is not {wanted}")
