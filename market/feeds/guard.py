"""Plausibility filter between a feed and its sink: passes credible ticks, counts rejected ones by reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal

from market.feeds import counts
from market.feeds.clock import CLOCK, Clock
from market.live.ticks import EMPTY, Sink, Status, Tick, standing

# Prices and sizes beyond these are rejected: they are not real, and arithmetic with them may overflow.
SMALLEST, LARGEST = Decimal("1E-12"), Decimal("1E15")
TICKS_OF_A_MOMENT = 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds: `far` and `near` are fractions of a price, `confirmations` counts prints, the rest are seconds."""

    far: Decimal = Decimal("0.3")
    near: Decimal = Decimal("0.05")
    confirmations: int = 3
    patience: float = 60
    ahead: float = 60


RULES = Rules()


@dataclass(slots=True)
class _Known:
    """The last accepted state of one symbol, and the outliers since: `suspect` is the newest of them."""

    at: float
    first: Tick  # the first one accepted with this `at`; `moment` has the others
    moment: set[Tick] = field(default_factory=set)
    bid: Decimal | None = None
    ask: Decimal | None = None
    price: Decimal | None = None
    accepted: float = 0  # when the price was accepted, by the local clock
    suspect: Tick | None = None
    confirmations: int = 0


class Guard:
    """A filtering sink in front of another: `feed.run(Guard(sink, feed.status))`.

    A price far from the last one is an outlier until further prints near it confirm it, or until no price has been
    accepted for `patience` seconds: a real gap must not be ignored forever. Repeating a price without a trade does not
    confirm it.
    """

    def __init__(self, sink: Sink, status: Status, *, clock: Clock = CLOCK, rules: Rules = RULES) -> None:
        self._sink, self._status, self._clock, self._rules = sink, status, clock, rules
        self._known: dict[str, _Known] = {}

    def __call__(self, tick: Tick) -> None:
        known = self._known.get(tick.symbol)
        reason = _nonsense(tick)
        price = None if reason else _price(tick)
        if reason := reason or self._in_a_wrong_time(tick, known) or self._far(tick, price, known):
            self._status.count(reason)
            return
        self._remember(tick, price, known)
        self._sink(tick)

    def _in_a_wrong_time(self, tick: Tick, known: _Known | None) -> str | None:
        latest = (self._clock.wall() + self._rules.ahead) * 1000
        if tick.at > latest:
            return counts.AHEAD
        # If the last accepted time is itself ahead, the local clock was set back, so don't compare with it.
        if known is None or known.at > latest:
            return None
        if tick.at < known.at:
            return counts.OLD
        if tick == known.suspect or (tick.at == known.at and (tick == known.first or tick in known.moment)):
            return counts.DUPLICATE
        return None

    def _far(self, tick: Tick, price: Decimal | None, known: _Known | None) -> str | None:
        if price is None or known is None or known.price is None:
            return None
        if _differ(price, known.price, self._rules.far):
            if self._clock.now() - known.accepted >= self._rules.patience:
                return None
            return None if self._confirms(tick, price, known) else counts.FAR
        return None

    def _confirms(self, tick: Tick, price: Decimal, known: _Known) -> bool:
        """Record an outlier; return whether enough prints near it have confirmed the new price."""
        before = None if known.suspect is None else _price(known.suspect)
        if before is None or _differ(price, before, self._rules.near):
            known.confirmations = 0
        elif tick.is_trade or price != before:
            known.confirmations += 1
        known.suspect = tick
        return known.confirmations >= self._rules.confirmations

    def _remember(self, tick: Tick, price: Decimal | None, known: _Known | None) -> None:
        if known is None:
            known = self._known[tick.symbol] = _Known(tick.at, tick)
        elif tick.at != known.at or len(known.moment) >= TICKS_OF_A_MOMENT:
            known.at, known.first = tick.at, tick
            known.moment.clear()
        else:
            known.moment.add(tick)
        if price is not None:
            known.price, known.accepted = price, self._clock.now()
            known.suspect, known.confirmations = None, 0
        if tick.bid is not None or tick.ask is not None:
            self._remember_book(tick, known)

    def _remember_book(self, tick: Tick, known: _Known) -> None:
        """Update the book. Each side may arrive alone, so a crossed book shows only once both are known."""
        known.bid, known.ask = standing(tick.bid, known.bid), standing(tick.ask, known.ask)
        if known.bid is not None and known.ask is not None and known.bid > known.ask:
            self._status.count(counts.CROSSED)


def _price(tick: Tick) -> Decimal | None:
    if tick.last is not None:
        return tick.last
    bid, ask = standing(tick.bid, None), standing(tick.ask, None)
    if bid is not None and ask is not None:
        return (bid + ask) / 2
    return bid if ask is None else ask


def is_price(value: Decimal) -> bool:
    return value.is_finite() and SMALLEST <= value <= LARGEST


def is_size(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= LARGEST


def _nonsense(tick: Tick) -> str | None:
    if not math.isfinite(tick.at):
        return counts.NOT_A_TIME
    for price in (tick.last, tick.bid, tick.ask, tick.day_open):
        if price is not None and price is not EMPTY and not is_price(price):
            return counts.NOT_A_PRICE
    if tick.size is not None and not is_size(tick.size):
        return counts.NOT_A_SIZE
    return None


def _differ(price: Decimal, other: Decimal, share: Decimal) -> bool:
    return abs(price - other) > other * share
