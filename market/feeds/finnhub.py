"""Finnhub's trades: stocks, currencies and crypto, with a key and up to 50 symbols at once.

One connection a key: a second one makes Finnhub drop both, so that only the leader may run this feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
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
from market.feeds.pace import MANNERS, Manners
from market.feeds.upstream import Upstream
from market.ticks import Tick

URL = "wss://ws.finnhub.io"
LIMIT = 50
SILENCE_SECONDS = 150  # Finnhub pings about once a minute


def feed(
    key: str,
    url: str = URL,
    *,
    limit: int | None = LIMIT,
    silence_seconds: float = SILENCE_SECONDS,
    clock: Clock = CLOCK,
    manners: Manners = MANNERS,
) -> Upstream:
    """The feed of this key, which is shown nowhere: in no log, no reason and no exception."""
    return Upstream(Finnhub(key, url, silence_seconds), limit, clock=clock, manners=manners)


class Finnhub:
    """Finnhub's messages. It acknowledges nothing, and does not say which symbol was one too many."""

    name = "finnhub"
    batch = 1

    def __init__(self, key: str, url: str = URL, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._key, self._url, self.silence_seconds = key, url, silence_seconds

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
                for trade in trades:
                    yield _tick(trade)
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


def _tick(trade: Any) -> Tick | Ignored:
    """Some venues tell a new price as a trade of volume 0: nobody traded."""
    try:
        volume = number(trade.get("v", 0))
        return Tick(
            symbol=text(trade["s"]),
            at=milliseconds(trade["t"]),
            last=number(trade["p"]),
            size=volume if volume > 0 else None,
            is_trade=volume > 0,
        )
    except (AttributeError, *UNREADABLE):
        return Ignored(counts.MALFORMED)
