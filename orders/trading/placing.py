"""Placing orders: validated by the rules, and idempotent by `client_order_id`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import orjson
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from market.models import SYMBOL, Instrument
from market.values.decimals import decimal_string
from orders.domain import rows, rules
from orders.domain.errors import DuplicateClientOrderId, OrderError, ValidationFailed, in_list
from orders.domain.lifecycle import OrderType, Side, TimeInForce
from orders.log import provenance
from orders.models import Order, new_client_order_id
from orders.store.compiled_queries import GIVEN, Prepared
from orders.trading import bulk, limits

INSTRUMENT = Prepared(Instrument, symbol=GIVEN)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to place; without a `client_order_id` one is generated."""

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
        """A hash of the body, independent of how its numbers are written."""
        body = [
            self.symbol,
            self.side,
            self.order_type,
            self.time_in_force,
            *(None if v is None else decimal_string(v) for v in (self.quantity, self.price, self.stop_price)),
            self.text,
        ]
        return hashlib.sha256(orjson.dumps(body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """The order, and whether this call created it (False: it exists already, placed with the same body)."""

    order: Order
    created: bool


def place(user: User, new: NewOrder) -> Placed:
    """Place one order for this user. Raises ValidationFailed or DuplicateClientOrderId."""
    [placed] = _place_all(user, [new], lambda _, refused: refused)
    return placed


def place_many(user: User, new_orders: Sequence[NewOrder]) -> list[Placed]:
    """Place all of these or none; a refusal names the place in the list, `{"3.quantity": […]}`."""
    return _place_all(user, new_orders, in_list)


def _place_all(
    user: User,
    new_orders: Sequence[NewOrder],
    tell: Callable[[int, ValidationFailed], OrderError],
) -> list[Placed]:
    """Place the orders; existing ones are looked up only after a failure, since hardly ever one was placed before."""
    new_orders = [replace(new, client_order_id=new.client_order_id or new_client_order_id()) for new in new_orders]
    try:
        return _place_together(user, new_orders, tell, {})
    except (IntegrityError, OrderError):
        known = _placed_before(user, {new.client_order_id for new in new_orders})
        if not known:
            raise
    return _place_together(user, new_orders, tell, known)


def _place_together(
    user: User,
    new_orders: Sequence[NewOrder],
    tell: Callable[[int, ValidationFailed], OrderError],
    known: dict[str, Order],
) -> list[Placed]:
    with transaction.atomic():
        batch = _Batch(user, new_orders, known)
        for index, new in enumerate(new_orders):
            try:
                batch.take(new)
            except ValidationFailed as refused:
                raise tell(index, refused) from refused
        return batch.save()


class _Batch:
    """Orders that are placed in one transaction: looked up together, checked one by one, written together."""

    def __init__(self, user: User, new_orders: Sequence[NewOrder], known: dict[str, Order]) -> None:
        self.user = user
        # By client_order_id: all orders that exist or are to be created, and those that are to be created.
        self._orders = dict(known)
        self._made: dict[str, Order] = {}
        self._asked = [new.client_order_id for new in new_orders]
        self._instruments = _instruments({new.symbol for new in new_orders})
        self._room = limits.room(user)

    def take(self, new: NewOrder) -> None:
        """Validate this order and add it to the batch, unless it exists already. Raises OrderError."""
        problems = rules.Problems()
        rules.check_client_order_id(problems, new.client_order_id)
        problems.check()
        fingerprint = new.fingerprint()
        if existing := self._orders.get(new.client_order_id):
            _check_same(existing, fingerprint)
            return
        instrument = self._instrument(new.symbol, problems)
        rules.check_amount(problems, "quantity", new.quantity, instrument.lot_size, "lot size")
        rules.check_prices(problems, instrument, new.order_type, new.price, new.stop_price)
        rules.check_time_in_force(problems, new.order_type, new.time_in_force)
        rules.check_text(problems, "text", new.text)
        problems.check()
        limits.check_notional(new.quantity, new.price or new.stop_price)
        limits.check_open(None if self._room is None else self._room - len(self._made))
        self._orders[new.client_order_id] = self._made[new.client_order_id] = Order(
            user=self.user,
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
            is_import=provenance.current().source is provenance.Source.IMPORT,
        )

    def save(self) -> list[Placed]:
        """Write the batch; an order placed meanwhile by another transaction is looked up instead. Raises OrderError.

        A single order is saved, which raises an IntegrityError if it was placed meanwhile.
        """
        made = list(self._made.values())
        if len(made) == 1:
            made[0].save(force_insert=True)
        elif made:
            bulk.create(made)
            self._find([order for order in made if order.pk is None])
        if made:
            limits.check_open_at_commit(self.user)
        return [Placed(self._orders[asked], created=self._made.pop(asked, None) is not None) for asked in self._asked]

    def _find(self, orders: Sequence[Order]) -> None:
        """Replace these orders by the existing ones of the same client_order_id."""
        standing = _placed_before(self.user, [order.client_order_id for order in orders]) if orders else {}
        for order in orders:
            existing = standing[order.client_order_id]
            _check_same(existing, order.fingerprint)
            self._orders[order.client_order_id] = existing
            del self._made[order.client_order_id]

    def _instrument(self, symbol: str, problems: rules.Problems) -> Instrument:
        instrument = self._instruments.get(symbol)
        if instrument is None or not instrument.active:
            problems.add("symbol", "There is no such instrument." if instrument is None else "Not tradable now.")
            problems.check()
        assert instrument is not None
        return instrument


def _check_same(existing: Order, fingerprint: str) -> None:
    """Raise DuplicateClientOrderId if the existing order was placed with another body."""
    if existing.fingerprint != fingerprint:
        raise DuplicateClientOrderId(
            f"client_order_id {existing.client_order_id} belongs to another order of yours.",
            current=None if existing.pk is None else rows.order_row(existing),
        )


def _placed_before(user: User, client_order_ids: Iterable[str]) -> dict[str, Order]:
    usable = {each for each in client_order_ids if rules.CLIENT_ORDER_ID.fullmatch(each)}
    known = Order.objects.for_trader(user).filter(client_order_id__in=usable).order_by()
    return {order.client_order_id: order for order in Order.objects.by_id(known.values_list("pk", flat=True))}


def _instruments(symbols: set[str]) -> dict[str, Instrument | None]:
    return {symbol: INSTRUMENT.first(symbol) if re.match(SYMBOL, symbol) else None for symbol in symbols}
