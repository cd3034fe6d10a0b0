"""Replays order journals through the same services as everything else: each line in full or not at all, and only once.

A place is identified by its client_order_id, a report by its exec_id; an amendment stores an `Execution` with its key.
Missing users and instruments are created.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from market.models import SMALLEST, Instrument
from market.values.csv_rows import BadLine
from orders import trading
from orders.domain.errors import DuplicateExecId, NotFound, OrderError, ValidationFailed
from orders.journal.reading import Amendment, Line
from orders.models import Execution, Order
from orders.trading import NewOrder

DEFAULT_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class _Known:
    order_id: int
    symbol: str


@dataclass
class Player:
    """Applies lines in order; unusable after it has raised or its transaction was rolled back."""

    _people: dict[str, User] = field(default_factory=dict)
    _decimals: dict[str, int] = field(default_factory=dict)
    _orders: dict[tuple[str, str], _Known] = field(default_factory=dict)

    def apply(self, line: Line) -> bool:
        """Apply a line; False if it had been applied before. Raises BadLine with nothing written."""
        try:
            with transaction.atomic():
                return self._apply(line)
        except OrderError as error:
            raise BadLine(line.number, f"{line.action} {line.client_order_id}: {error.message}") from error

    def _apply(self, line: Line) -> bool:
        if isinstance(line.what, NewOrder):
            return self._place(line, line.what)
        order_id = self._order_id(line)
        if isinstance(line.what, Amendment):
            return _amend(order_id, line.what)
        return trading.execute(None, order_id, line.what).created

    def _place(self, line: Line, new: NewOrder) -> bool:
        user = self._person(line.user)
        if new.symbol not in self._decimals:
            self._decimals[new.symbol] = _instrument(new.symbol)
        placed = trading.place(user, new)
        self._orders[line.user, line.client_order_id] = _Known(placed.order.pk, new.symbol)
        if placed.created:
            self._show(new)
        return placed.created

    def _show(self, new: NewOrder) -> None:
        """Show all decimals of the order's prices; an instrument with a coarser tick shows that tick's already."""
        places = max(_places(new.price), _places(new.stop_price))
        if places > self._decimals[new.symbol]:
            self._decimals[new.symbol] = places
            Instrument.objects.filter(symbol=new.symbol, tick_size=SMALLEST).update(price_decimals=places)

    def _order_id(self, line: Line) -> int:
        key = (line.user, line.client_order_id)
        if key not in self._orders:
            found = Order.objects.filter(user__username=line.user, client_order_id=line.client_order_id)
            order = found.only("symbol").first()
            if order is None:
                raise NotFound("this order was never placed.")
            self._orders[key] = _Known(order.pk, str(order.symbol_id))
        known = self._orders[key]
        if line.symbol and line.symbol != known.symbol:
            raise ValidationFailed(f"this order is in {known.symbol}, not in {line.symbol}.")
        return known.order_id

    def _person(self, name: str) -> User:
        if name not in self._people:
            users = User.objects
            # Without a password, no sign-in as this user is possible until an administrator sets one.
            self._people[name] = users.filter(username=name).first() or users.create_user(username=name)
        return self._people[name]


def _amend(order_id: int, amendment: Amendment) -> bool:
    [order] = Order.objects.by_id([order_id], lock=True)
    applied = Execution.objects.filter(order_id=order_id, exec_id=amendment.key).values_list("kind", flat=True)
    for kind in applied:
        if kind != "amend":
            raise DuplicateExecId(f"exec_id {amendment.key} already belongs to a {kind}.")
        return False
    trading.amend(order.user, order_id, order.version, amendment.changes, owner=False)
    Execution.objects.create(order=order, exec_id=amendment.key, kind="amend")
    return True


def _instrument(symbol: str) -> int:
    """Create the instrument if it is missing, with the smallest possible steps; returns its displayed decimals."""
    smallest = {"tick_size": SMALLEST, "lot_size": SMALLEST, "price_decimals": DEFAULT_DECIMALS}
    instrument, _ = Instrument.objects.get_or_create(
        symbol=symbol, defaults={"name": symbol, "currency": "USD"} | smallest
    )
    return instrument.price_decimals


def _places(price: Decimal | None) -> int:
    return 0 if price is None else max(0, -int(price.normalize().as_tuple().exponent))
