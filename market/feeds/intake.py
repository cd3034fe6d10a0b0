"""Dispatch of an upstream's messages: ticks to the sink, refusals and limits to the feed's status and interest."""

from __future__ import annotations

import asyncio
import logging

from market.feeds import counts, dialect
from market.feeds.clock import Clock
from market.feeds.interest import Interest
from market.live.ticks import Sink, State, Status, Tick

logger = logging.getLogger(__name__)
NAMED = 5


class Lost(Exception):
    """The connection is no longer usable; the message is a human-readable reason."""


class Intake:
    """Message handler of one upstream; it sets `changed` when subscriptions have to be sent."""

    def __init__(
        self,
        spoken: dialect.Dialect,
        interest: Interest,
        status: Status,
        changed: asyncio.Event,
        clock: Clock,
        limit_again: float,
    ) -> None:
        self._spoken, self._interest, self._status, self._changed = spoken, interest, status, changed
        self._clock, self._limit_again = clock, limit_again
        self._limit, self._lowered = status.limit, -limit_again
        self._venue = dialect.Venue()

    def restart(self) -> None:
        """Reset for a new connection. A limit that was lowered long ago is restored."""
        if self._clock.now() - self._lowered >= self._limit_again:
            self._status.limit = self._limit
        self._venue = dialect.Venue()
        self._interest.restart()
        self._spoken.opened()

    def receive(self, message: str | bytes, sink: Sink) -> None:
        """Handle one message. Raises `Lost` if the message ends the connection, and any error of the sink."""
        if self._status.state is not State.LIVE:
            self.live()
        try:
            parsed = dialect.parsed(message)
        except dialect.UNREADABLE:
            self._status.count(counts.MALFORMED)
            return
        for told in self._spoken.told(parsed):
            if isinstance(told, Tick):
                self._tick(told, sink)
            else:
                self._obey(told)

    def remind(self) -> None:
        """Retry symbols whose refusal has expired, and renew subscriptions that receive nothing."""
        self._interest.forgive()
        for _ in self._interest.renew():
            self._status.count(counts.UNHEARD)
        self._changed.set()
        if self._status.state is State.LIVE:
            self.live()

    def live(self) -> None:
        """Set the feed's state while its connection is up: live, or stale if no prices arrive; and the reason."""
        in_vain = self._interest.not_carried(self._status.limit)
        is_moving = self._venue.is_trading and not (self._spoken.tells_at_once and self._interest.is_unheard)
        said = (
            self._venue.says,
            _listed("Not carried", [f"{symbol} ({why})" for symbol, why in in_vain.items()]),
            _listed("No prices yet", self._interest.unheard(), ", "),
        )
        self._status.state = State.LIVE if is_moving else State.STALE
        self._status.reason = " ".join(filter(None, said))

    def _tick(self, tick: Tick, sink: Sink) -> None:
        symbols = self._interest.ours(tick.symbol)
        if not symbols:
            self._status.count(counts.UNWANTED)
            return
        if self._interest.hear(tick.symbol):
            self.live()
        for symbol in symbols:
            sink(tick if symbol == tick.symbol else Tick(symbol, *tick[1:]))

    def _obey(self, told: dialect.Answer) -> None:
        match told:
            case dialect.Accepted(name):
                self._interest.confirm(name)
            case dialect.Refused() | dialect.Postponed():
                self._put_off(told)
            case dialect.OverLimit():
                self._lower_limit()
            case dialect.Ignored(reason):
                self._status.count(reason)
            case dialect.Complaint(text):
                self._status.count(counts.ERROR)
                logger.warning("%s reports: %s", self._spoken.name, text[:200])
            case dialect.Broken(why):
                raise Lost(why)
            case dialect.Venue():
                self._venue = told
                self.live()

    def _put_off(self, told: dialect.Refused | dialect.Postponed) -> None:
        if isinstance(told, dialect.Refused):
            self._status.count(counts.REFUSED_SYMBOL)
            self._interest.refuse(told.name, told.why)
        else:
            self._status.count(counts.NOT_NOW)
            self._interest.postpone(told.name, told.why)
        self._changed.set()  # its slot is free
        self.live()

    def _lower_limit(self) -> None:
        """Lower the limit to the number of symbols that were subscribed before the one too many."""
        left = self._interest.over_limit()
        self._status.count(counts.SYMBOL_LIMIT)
        if left < 1:
            raise Lost("The upstream accepts no symbol at all.")
        self._status.limit, self._lowered = left, self._clock.now()
        if self._interest.has_unsubscribed:
            # The error may be older than an unsubscription, and mean a different symbol. Only a reconnect can tell.
            raise Lost(f"The upstream accepts only {left} symbols at once.")
        self.live()


def _listed(what: str, items: list[str], between: str = "; ") -> str:
    """A sentence that names the first few items; empty without items."""
    named = between.join(items[:NAMED])
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return f"{what}: {named}{more}." if named else ""
