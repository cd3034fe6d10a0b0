"""Simulated order flow of one user: `decide` is a pure function that picks the next action, `orders.trading` does it.

Prices are the feed's, else a random walk per symbol. The flow changes only its own orders: the paper broker, or another
broker, answers those that the user places by hand.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from market.live import arrival
from market.models import Instrument
from orders import trading
from orders.domain import lifecycle
from orders.domain.errors import OrderError
from orders.domain.lifecycle import ExecutionKind, OrderType, Side, Status, TimeInForce
from orders.log.provenance import Source, acting
from orders.models import Order, OrderEvent
from orders.trading import NewOrder, Report

FEWEST, MOST = 12, 28
LOOKED_AT = 100
# Marks the flow's orders, by which the paper broker knows them after the flow has ended.
DEMO_ID = "demo-"
OWN_ID = re.compile(rf"{DEMO_ID}[0-9a-f]{{31}}")
# A user should see an order wait before the broker accepts it.
SETTLE = timedelta(milliseconds=700)
# A limit further than this from the market is not filled.
FAR = Decimal("0.02")

# By symbol: a price to start from, and a usual size.
BASE = {
    "AAPL": ("230", 100),
    "MSFT": ("470", 50),
    "NVDA": ("180", 100),
    "TSLA": ("395", 40),
    "AMZN": ("220", 60),
    "SAP": ("210", 80),
    "EURUSD": ("1.1", 10000),
    "BTCUSD": ("91000", 1),
    "BTCEUR": ("79000", 1),
    "ETHUSD": ("3050", 5),
    "ETHEUR": ("2640", 5),
}
REASONS = ("Price outside the permitted band", "Insufficient buying power", "Market is closed", "Duplicate interest")


@dataclass(frozen=True, slots=True)
class Working:
    """The fields of a working order that a decision needs."""

    id: int
    status: Status
    version: int
    symbol: str
    quantity: Decimal
    cum_qty: Decimal
    price: Decimal | None

    @classmethod
    def of(cls, order: Order) -> Working:
        amounts = order.quantity, order.cum_qty, order.price
        return cls(order.pk, Status(order.status), order.version, order.symbol_id, *amounts)


@dataclass(frozen=True, slots=True)
class Place:
    new: NewOrder


@dataclass(frozen=True, slots=True)
class Execute:
    order_id: int
    report: Report


@dataclass(frozen=True, slots=True)
class Amend:
    order_id: int
    version: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class RequestCancel:
    order_id: int


Deed = Place | Execute | Amend | RequestCancel


@dataclass
class Market:
    """Prices of a random walk, one step per read, from the feed's price where there is one."""

    rng: random.Random
    instruments: dict[str, Instrument]
    prices: dict[str, Decimal] = field(default_factory=dict)

    def price(self, symbol: str) -> Decimal:
        base, _ = BASE.get(symbol, ("100", 10))
        last = arrival.price(symbol) or self.prices.get(symbol, Decimal(base))
        self.prices[symbol] = last * Decimal(str(round(1 + self.rng.gauss(0, 0.0008), 6)))
        return self.on_tick(symbol, self.prices[symbol])

    def on_tick(self, symbol: str, price: Decimal) -> Decimal:
        return _whole_steps(price, self.instruments[symbol].tick_size)

    def lots(self, symbol: str, quantity: Decimal) -> Decimal:
        return _whole_steps(quantity, self.instruments[symbol].lot_size)


def decide(rng: random.Random, market: Market, working: Sequence[Working]) -> Deed | None:
    """The next action for a user with these working orders; None if there is nothing to trade."""
    waiting = [order for order in working if order.status in (Status.PENDING_NEW, Status.PENDING_CANCEL)]
    accepted = [order for order in working if order.status in (Status.NEW, Status.PARTIALLY_FILLED)]
    if waiting and rng.random() < 0.6:
        return _answer(rng, rng.choice(waiting))
    # Now and then an existing order moves even while the book grows, so that a viewer sees a fill soon.
    grows = len(working) < FEWEST and rng.random() < 0.8
    if grows or not accepted or (len(working) < MOST and rng.random() < 0.35):
        return _place(rng, market)
    order = rng.choice(accepted)
    chance = rng.random()
    if chance < 0.55:
        return _fill(rng, market, order)
    if chance < 0.75 and order.price is not None:
        price = market.on_tick(order.symbol, order.price * Decimal(str(round(1 + rng.gauss(0, 0.001), 6))))
        return Amend(order.id, order.version, price)
    if chance < 0.95:
        return RequestCancel(order.id)
    return Execute(order.id, Report(_exec_id(), ExecutionKind.EXPIRE, text="End of the session"))


class Flow:
    """The flow of one user; `step()` does the next action."""

    def __init__(self, user: User, seed: int | None = None) -> None:
        self.user = user
        self.rng = random.Random(seed)
        instruments = Instrument.objects.filter(active=True).in_bulk(list(BASE), field_name="symbol")
        self.market = Market(self.rng, instruments)
        self._origins: dict[int, bool] = {}

    def step(self) -> bool:
        """Do one action; return False if there was none, or the order has changed meanwhile."""
        deed = decide(self.rng, self.market, self._working())
        if deed is None:
            return False
        try:
            with acting(Source.SYSTEM):
                self._do(deed)
        except OrderError:
            return False
        return True

    def _working(self) -> list[Working]:
        settled = timezone.now() - SETTLE
        mine = Order.objects.for_trader(self.user).working().filter(is_import=False)
        orders = mine.filter(client_order_id__startswith=DEMO_ID).order_by("-id")[:LOOKED_AT]
        found = []
        for order in self._own(orders):
            self._know(order.symbol_id)
            if order.updated_at <= settled or order.status not in (Status.PENDING_NEW, Status.PENDING_CANCEL):
                found.append(Working.of(order))
        return found

    def _own(self, orders: Iterable[Order]) -> list[Order]:
        """Those that a flow has placed: other orders may have such ids too."""
        alike = [order for order in orders if OWN_ID.fullmatch(order.client_order_id)]
        new = [order.pk for order in alike if order.pk not in self._origins]
        if new:
            by_others = OrderEvent.objects.filter(order_id__in=new, version=1).exclude(source=Source.SYSTEM)
            told = set(by_others.values_list("order_id", flat=True))
            self._origins |= {order_id: order_id not in told for order_id in new}
        return [order for order in alike if self._origins[order.pk]]

    def _know(self, symbol: str) -> None:
        if symbol not in self.market.instruments:
            self.market.instruments[symbol] = Instrument.objects.get(symbol=symbol)

    def _do(self, deed: Deed) -> None:
        match deed:
            case Place(new):
                trading.place(self.user, new)
            case Execute(order_id, report):
                trading.execute(None, order_id, report)
            case Amend(order_id, version, price):
                trading.amend(self.user, order_id, version, {"price": price})
            case RequestCancel(order_id):
                trading.cancel(self.user, order_id)


def _answer(rng: random.Random, order: Working) -> Execute:
    """The broker's report on an order that waits for one."""
    if order.status is Status.PENDING_CANCEL:
        if rng.random() < 0.9:
            return Execute(order.id, Report(_exec_id(), ExecutionKind.CANCEL))
        return Execute(order.id, Report(_exec_id(), ExecutionKind.CANCEL_REFUSED, text="Too late to cancel"))
    if rng.random() < 0.95:
        return Execute(order.id, Report(_exec_id(), ExecutionKind.ACCEPT))
    return Execute(order.id, Report(_exec_id(), ExecutionKind.REJECT, text=rng.choice(REASONS)))


def _place(rng: random.Random, market: Market) -> Place | None:
    symbols = [symbol for symbol in BASE if symbol in market.instruments]
    if not symbols:
        return None
    symbol = rng.choice(symbols)
    side = rng.choice([Side.BUY, Side.SELL])
    near = market.price(symbol)
    away = Decimal(str(round(abs(rng.gauss(0, 0.002)), 6)))
    better = market.on_tick(symbol, near * (1 - away if side is Side.BUY else 1 + away))
    worse = market.on_tick(symbol, near * (1 + away if side is Side.BUY else 1 - away))
    order_type = rng.choices(list(OrderType), weights=[1, 8, 1, 1])[0]
    tif = rng.choices([TimeInForce.DAY, TimeInForce.GTC], weights=[4, 1])[0]
    size = Decimal(BASE[symbol][1] * rng.choice([1, 1, 2, 3, 5, 10]))
    return Place(
        NewOrder(
            symbol=symbol,
            side=side,
            order_type=order_type,
            time_in_force=tif,
            quantity=size,
            price=better if order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT) else None,
            stop_price=worse if order_type in (OrderType.STOP, OrderType.STOP_LIMIT) else None,
            client_order_id=f"{DEMO_ID}{uuid.uuid4().hex[:31]}",
        )
    )


def _fill(rng: random.Random, market: Market, order: Working) -> Execute | RequestCancel:
    near = market.price(order.symbol)
    price = near if order.price is None else order.price
    if abs(price - near) > near * FAR:
        return RequestCancel(order.id)
    left = order.quantity - order.cum_qty
    quantity = left
    if rng.random() < 0.6:
        quantity = market.lots(order.symbol, left * Decimal(str(round(rng.uniform(0.1, 0.7), 3)))) or left
    return Execute(order.id, Report(_exec_id(), ExecutionKind.FILL, min(quantity, left), price))


def _whole_steps(value: Decimal, step: Decimal) -> Decimal:
    return max(value // step * step, lifecycle.ZERO)


def _exec_id() -> str:
    return f"sim-{uuid.uuid4().hex}"
