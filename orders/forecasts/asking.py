"""From orders to asks, and from answers to the rows that REST and the socket send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from market.forecaster import wire
from market.forecaster.answering import refusal
from market.forecaster.asks import USUAL, Answer, Ask
from market.forecaster.wire import Answers, NoForecaster
from market.support.batches import batches
from market.values.decimals import decimal_string
from orders.domain.lifecycle import WORKING, ZERO, OrderType
from orders.domain.rules import STOPPED
from orders.models import Order
from orders.models.querysets import OrderQuerySet

NO_FEED = "No price feed is running."
NOT_WORKING = "The order is not working."
NO_PRICE = "A market order has no price that could be touched."
NOT_TRADED = "The instrument is not traded now."

Row = dict[str, Any]


def ask_of(order: Order, minutes: Sequence[int] = USUAL, shown: str = "") -> Ask | None:
    """What is asked about this order, whose instrument is loaded; None if it has no price.

    Of a stop limit the stop, until it has been filled in part: then it is a limit.
    """
    is_stop, price = _level(order)
    if price is None:
        return None
    return Ask(str(order.symbol_id), order.side, price, order.symbol.tick_size, tuple(minutes), is_stop, shown)


def _level(order: Order) -> tuple[bool, Decimal | None]:
    """Whether it is a stop, and the price at which it would be touched."""
    is_stop = order.order_type in STOPPED and (order.order_type == OrderType.STOP or order.cum_qty == ZERO)
    return is_stop, order.stop_price if is_stop else order.price


def newest(user: User, count: int) -> OrderQuerySet[Order]:
    """The newest working orders of this user that have a price; their instruments are loaded."""
    working = Order.objects.for_trader(user).working().exclude(order_type=OrderType.MARKET)
    return working.select_related("symbol").order_by("-pk")[:count]


def working(ids: Iterable[int]) -> dict[int, Order]:
    """Those of these orders that are working, with their instruments; whoever sends their rows looks at the owner."""
    found: dict[int, Order] = {}
    for batch in batches(sorted(ids)):
        orders = Order.objects.working().filter(pk__in=batch).select_related("symbol")
        found |= {order.pk: order for order in orders}
    return found


def why_not(order: Order) -> str | None:
    """Why nothing is asked about this order; None if it is."""
    if order.status not in WORKING:
        return NOT_WORKING
    if order.order_type == OrderType.MARKET:
        return NO_PRICE
    return None if order.symbol.active else NOT_TRADED


def answers_to(asks: Sequence[Ask], at: float, *, kept: bool = True) -> list[Answer]:
    """The forecaster's answers; without a forecaster, each says so. `at`: now, in unix seconds."""
    if settings.FEED == "off":
        return [refusal(each, NO_FEED, at) for each in asks]
    fresh = [replace(each, shown="") for each in asks]
    found: list[Answer] = []
    try:
        for place in range(0, len(fresh), wire.MOST):
            found += whole(wire.ask(fresh[place : place + wire.MOST], kept=kept))
    except NoForecaster as error:
        return [refusal(each, error.why, at) for each in asks]
    return found


def whole(answers: Answers) -> list[Answer]:
    """The answers to asks of which nothing is on screen yet: none is left out."""
    return [answer for answer in answers if answer is not None]


def rows(ask: Ask, answer: Answer, order_id: int | None = None) -> Iterator[Row]:
    """A row for each number of minutes: `{"order"?,"symbol","side","price","minutes"}` and the touch, or why not."""
    head: Row = {} if order_id is None else {"order": order_id}
    head |= {"symbol": ask.symbol, "side": ask.side, "price": decimal_string(ask.price)}
    for point in answer["points"]:
        more: Row = {} if "unavailable" in point else {name: answer[name] for name in ("median_minutes", "as_of")}
        yield head | point | more


def refused(order: Order, why: str, minutes: Iterable[int]) -> Iterator[Row]:
    """The rows of an order about which nothing is asked."""
    _, price = _level(order)
    head: Row = {"order": order.pk, "symbol": str(order.symbol_id), "side": order.side}
    head["price"] = None if price is None else decimal_string(price)
    for each in minutes:
        yield head | {"minutes": each, "unavailable": why, "ready_in_minutes": None}
