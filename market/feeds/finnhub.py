"""Finnhub's trades of stocks, currencies and crypto; needs a key and allows up to 50 symbols at once.

One connection per key: a second one makes Finnhub drop both, so only the leader may run this feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from typing import Any
from urllib.parse import quote

from market.feeds import counts
from market.feeds.clock import CLOCK, Clock
from market.feeds.dialect import (
    UNREADABLE,
    Complaint,
    Ignored,
    Method,
    OverLimit,
    Refused,
    Told,
    milliseconds,
    number,
    text,
)
from market.feeds.pace import MANNERS, Manners, Patience
from market.feeds.upstream import Upstream
from market.live.ticks import Tick

URL = "wss://ws.finnhub.io"
LIMIT = 50
SILENCE_SECONDS = 150  # Finnhub pings about once a minute
PATIENCE = Patience(unheard=60, quiet=1800)  # a symbol without trades sends nothing
ZERO = Decimal(0)
# Sizes of any magnitude are added without raising; the guard judges the sum.
SUMS = Context(prec=40, traps=[])


def feed(
    key: str,
    url: str = URL,
    *,
    limit: int | None = LIMIT,
    silence_seconds: float = SILENCE_SECONDS,
    patience: Patience = PATIENCE,
    clock: Clock = CLOCK,
    manners: Manners = MANNERS,
) -> Upstream:
    """The feed for this key. The key appears in no log, no status reason and no exception."""
    return Upstream(Finnhub(key, url, silence_seconds, patience), limit, clock=clock, manners=manners)


class Finnhub:
    """Finnhub's protocol. Finnhub acknowledges nothing, and does not say which symbol exceeded its limit."""

    name = "finnhub"
    batch = 1
    tells_at_once = False

    def __init__(
        self, key: str, url: str = URL, silence_seconds: float = SILENCE_SECONDS, patience: Patience = PATIENCE
    ) -> None:
        self._key, self._url = key, url
        self.silence_seconds, self.patience = silence_seconds, patience

    def url(self) -> str:
        return f"{self._url}?token={quote(self._key, safe='')}"

    def opened(self) -> None:
        pass

    def ask(self, method: Method, names: Sequence[str]) -> str:
        [name] = names
        return json.dumps({"type": method, "symbol": name})

    def ping(self) -> str | None:
        return None

    def told(self, message: Any) -> Iterator[Told]:
        match message:
            case {"type": "trade", "data": list(trades)}:
                yield from _ticks(trades)
            case {"type": "ping"}:
                pass
            case {"type": "error", "msg": str(complaint)}:
                yield self._error(complaint)
            case _:
                yield Ignored(counts.UNKNOWN)

    def _error(self, complaint: str) -> Told:
        if "too many symbols" in complaint.lower():
            return OverLimit()
        if found := re.search(r"invalid symbol[\s:]+(\S+)", complaint, re.IGNORECASE):
            return Refused(found[1], "no such symbol")
        return Complaint(complaint.replace(self._key, "…") if self._key else complaint)


def _ticks(trades: list[Any]) -> Iterator[Tick | Ignored]:
    """A message's trades, sorted by time because the message may not be.

    Trades that differ in nothing but their size are merged, so that they are not mistaken for duplicates.
    """
    if len(trades) == 1:
        yield _tick(trades[0])
        return
    found: dict[tuple[str, float, Decimal | None, bool], Tick] = {}
    for trade in trades:
        tick = _tick(trade)
        if isinstance(tick, Ignored):
            yield tick
            continue
        alike = (tick.symbol, tick.at, tick.last, tick.is_trade)
        found[alike] = _together(found[alike], tick) if alike in found else tick
    yield from sorted(found.values(), key=lambda tick: tick.at)


def _together(one: Tick, other: Tick) -> Tick:
    if one.size is None or other.size is None:
        return one
    return one._replace(size=SUMS.add(one.size, other.size))


def _tick(trade: Any) -> Tick | Ignored:
    """Convert a trade to a tick. Some venues report a price change as a trade with volume 0 or none: not a trade."""
    try:
        volume = ZERO if trade.get("v") is None else number(trade["v"])
        return Tick(
            symbol=text(trade["s"]),
            at=milliseconds(trade["t"]),
            last=number(trade["p"]),
            size=volume if volume > 0 else None,
            is_trade=volume > 0,
        )
    except (AttributeError, *UNREADABLE):
        return Ignored(counts.MALFORMED)
