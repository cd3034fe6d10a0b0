"""The rules of the paper broker: its answer to an order, as a pure function of the order, the quote and a seed.

They don't simulate an exchange: market orders meet the other side of the book, limit orders wait until it reaches their
limit, stops until the market has traded at their price. The quantity at a price is unknown, and drawn by the seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal

from market.forecast.touch import LIMIT, touches
from market.money import Quote
from orders.domain.lifecycle import ExecutionKind, OrderType, Side, Status, TimeInForce
from orders.domain.rows import Row
from orders.trading import Report

EXEC_ID = "paper-"
SAYS = "Paper broker: "
# The share of an order that is filled at once; with these shares an order takes at most three fills.
SHARES = (Decimal("0.4"), Decimal("0.6"), Decimal(1), Decimal(1), Decimal(1))
# A limit this many times worse than the market is treated as a typing error.
FAR = 10
# An order that needs a price at once is rejected if there is none for so long.
PRICE_SECONDS = 15.0

IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True)
class Held:
    """A working order as of its newest event."""

    id: int
    user_id: int
    version: int
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    status: Status
    quantity: Decimal
    cum_qty: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    created_at: datetime

    @classmethod
    def of(cls, user_id: int, row: Row) -> Held:
        """Parse the order's JSON row."""
        price, stop_price = (None if row[name] is None else Decimal(row[name]) for name in ("price", "stop_price"))
        return cls(
            row["id"],
            user_id,
            row["version"],
            row["symbol"],
            Side(row["side"]),
            OrderType(row["order_type"]),
            TimeInForce(row["time_in_force"]),
            Status(row["status"]),
            Decimal(row["quantity"]),
            Decimal(row["cum_qty"]),
            price,
            stop_price,
            datetime.fromisoformat(row["created_at"]),
        )

    @property
    def leaves_qty(self) -> Decimal:
        return self.quantity - self.cum_qty


@dataclass(frozen=True, slots=True)
class Market:
    """The market of an order's instrument; `quote` is None without a price, `lot_size` while it is not tradable."""

    quote: Quote | None
    lot_size: Decimal | None


def answer(order: Held, market: Market, now: datetime, seed: int, *, waited: float, triggered: bool) -> Report | None:
    """The broker's next report on this order; None if there is none now.

    `waited`: the seconds that the order has been in this state; `triggered`: whether its stop has been reached before.
    """
    if order.status is Status.PENDING_CANCEL:
        return _report(order, ExecutionKind.CANCEL)
    if order.time_in_force is TimeInForce.DAY and order.created_at.astimezone(UTC).date() < now.astimezone(UTC).date():
        return _report(order, ExecutionKind.EXPIRE, "the day has ended.")
    if order.status is Status.PENDING_NEW:
        return _admit(order, market, waited)
    is_immediate = order.time_in_force in IMMEDIATE
    if is_immediate and order.cum_qty > 0:
        return _report(order, ExecutionKind.EXPIRE, "the rest could not be filled at once.")
    price = None if market.lot_size is None else price_of(order, market.quote, triggered)
    if price is None:
        return _report(order, ExecutionKind.EXPIRE, "nothing could be filled at once.") if is_immediate else None
    assert market.lot_size is not None
    quantity = order.leaves_qty
    if order.time_in_force is not TimeInForce.FOK:
        quantity = min(quantity, at_once(order, market.lot_size, seed))
    return Report(_exec_id(order), ExecutionKind.FILL, quantity, price)


def price_of(order: Held, quote: Quote | None, triggered: bool) -> Decimal | None:
    """The price at which this order can be filled now, never worse than its limit; None if it can't."""
    if quote is None or quote.is_crossed or (order.order_type in STOPS and not triggered):
        return None
    price = _touch(order, quote)
    if price is None or price <= 0:
        return None
    if order.price is None:
        return price
    return price if touches(LIMIT[order.side], order.price, price) else None


def triggers(order: Held, quote: Quote | None) -> bool:
    """Whether the market has reached the order's stop: by its last trade, else by the other side of the book."""
    if order.stop_price is None or quote is None:
        return False
    price = quote.last if quote.last is not None else _touch(order, quote)
    if price is None:
        return False
    return touches(LIMIT[order.side].opposite, order.stop_price, price)


def at_once(order: Held, lot_size: Decimal, seed: int) -> Decimal:
    """The quantity available to this order now, in whole lots; the same for the same seed, order and version."""
    share = random.Random(f"{seed}:{order.id}:{order.version}").choice(SHARES)  # noqa: S311 believable, not secret
    lots = (order.quantity * share / lot_size).to_integral_value(ROUND_CEILING)
    return max(lots, Decimal(1)) * lot_size


def _admit(order: Held, market: Market, waited: float) -> Report | None:
    if market.lot_size is None:
        return _report(order, ExecutionKind.REJECT, f"{order.symbol} is not tradable now.")
    if market.quote is None and (order.order_type is OrderType.MARKET or order.time_in_force in IMMEDIATE):
        is_late = waited >= PRICE_SECONDS
        return _report(order, ExecutionKind.REJECT, f"there is no price for {order.symbol}.") if is_late else None
    if market.quote is not None and _is_far(order, market.quote):
        return _report(order, ExecutionKind.REJECT, "the limit is more than ten times worse than the market.")
    return _report(order, ExecutionKind.ACCEPT)


def _is_far(order: Held, quote: Quote) -> bool:
    touch = _touch(order, quote)
    if order.price is None or touch is None:
        return False
    return order.price > touch * FAR if order.side is Side.BUY else order.price * FAR < touch


def _touch(order: Held, quote: Quote) -> Decimal | None:
    """The best price of the other side; without a book, the last trade's."""
    if not quote.has_side:
        return quote.last
    return quote.ask if order.side is Side.BUY else quote.bid


def _report(order: Held, kind: ExecutionKind, why: str = "") -> Report:
    return Report(_exec_id(order), kind, text=f"{SAYS}{why}" if why else "")


def _exec_id(order: Held) -> str:
    """One id for each version of an order, so that a report is idempotent even if a second broker makes it."""
    return f"{EXEC_ID}{order.id}-{order.version}"
