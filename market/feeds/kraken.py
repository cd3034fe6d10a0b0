"""Kraken's tickers (websocket v2) of crypto and currencies: best bid and ask, last trade, the day's change; no key."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from market.feeds import counts
from market.feeds.clock import CLOCK, Clock
from market.feeds.dialect import (
    UNREADABLE,
    Accepted,
    Broken,
    Complaint,
    Ignored,
    Method,
    Refused,
    Told,
    number,
    text,
)
from market.feeds.pace import MANNERS, Manners
from market.feeds.upstream import Upstream
from market.ticks import Tick

URL = "wss://ws.kraken.com/v2"
SILENCE_SECONDS = 10  # a heartbeat comes each second in which nothing else does
BATCH = 100
Trigger = Literal["bbo", "trades"]


def feed(
    url: str = URL,
    *,
    trigger: Trigger = "bbo",
    limit: int | None = None,
    silence_seconds: float = SILENCE_SECONDS,
    clock: Clock = CLOCK,
    manners: Manners = MANNERS,
) -> Upstream:
    """`trigger`: told on every change of the best bid or ask (`bbo`), or on every trade (`trades`)."""
    return Upstream(Kraken(url, trigger, silence_seconds, clock), limit, clock=clock, manners=manners)


class Kraken:
    """Kraken's messages. Each symbol is acknowledged or refused by itself; the answer to its last request counts."""

    name = "kraken"
    batch = BATCH

    def __init__(
        self,
        url: str = URL,
        trigger: Trigger = "bbo",
        silence_seconds: float = SILENCE_SECONDS,
        clock: Clock = CLOCK,
    ) -> None:
        self._url, self._trigger, self.silence_seconds, self._clock = url, trigger, silence_seconds, clock
        self._numbers = itertools.count(1)
        self._requests: dict[str, int] = {}  # by symbol, its last one
        self._lasts: dict[str, Decimal] = {}

    def url(self) -> str:
        return self._url

    def opened(self) -> None:
        self._lasts.clear()

    def ask(self, method: Method, names: Sequence[str]) -> str:
        request = next(self._numbers)
        self._requests.update(dict.fromkeys(names, request))
        params: dict[str, Any] = {"channel": "ticker", "symbol": list(names), "event_trigger": self._trigger}
        if method == "subscribe":
            params["snapshot"] = True
        return json.dumps({"method": method, "params": params, "req_id": request})

    def ping(self) -> str | None:
        return json.dumps({"method": "ping", "req_id": next(self._numbers)})

    def told(self, message: Any) -> Iterator[Told]:
        match message:
            case {"channel": "ticker", "type": "snapshot" | "update" as kind, "data": list(items)}:
                for item in items:
                    yield self._tick(item, kind == "update")
            case {"channel": "heartbeat" | "status"} | {"method": "pong"}:
                pass
            case {"method": "subscribe" | "unsubscribe" as method, "success": bool(is_done)}:
                yield from self._answer(method, is_done, message)
            case {"error": str(complaint)}:
                yield Complaint(complaint)
            case _:
                yield Ignored(counts.UNKNOWN)

    def _answer(self, method: Method, is_done: bool, message: dict[str, Any]) -> Iterator[Told]:
        complaint = str(message.get("error", ""))
        request = message.get("req_id")
        name = self._named(message, complaint)
        if name is None:
            if not is_done:
                yield Broken(f"Kraken failed to {method}: {complaint[:100]}.")
        elif request is None or request == self._requests.get(name):
            if is_done or complaint == "Already subscribed":
                if method == "subscribe":
                    yield Accepted(name)
            elif method == "subscribe":
                yield Refused(name, complaint[:100])
            elif "not found" not in complaint.lower():  # what is not subscribed need not be unsubscribed
                yield Broken(f"Kraken failed to unsubscribe: {complaint[:100]}.")

    def _named(self, message: dict[str, Any], complaint: str) -> str | None:
        """The symbol that is answered for: refusals name it in places that vary."""
        result = message.get("result")
        for place in (message, result if isinstance(result, dict) else {}):
            if isinstance(place.get("symbol"), str):
                return str(place["symbol"])
        asked = [name for name, request in self._requests.items() if request == message.get("req_id")]
        if len(asked) == 1:
            return asked[0]
        return next((name for name in asked if name in complaint.split()), None)

    def _tick(self, item: Any, is_update: bool) -> Tick | Ignored:
        try:
            symbol = text(item["symbol"])
            last, change = _amount(item, "last"), _amount(item, "change")
            is_new = last != self._lasts.get(symbol)
            tick = Tick(
                symbol=symbol,
                at=self._at(item),
                last=last or None,
                bid=_amount(item, "bid") or None,  # an empty side of the book is told as 0
                ask=_amount(item, "ask") or None,
                day_open=last - change if last and change is not None and change < last else None,
                # A changed last price is a trade, whatever the ticker was sent for.
                is_trade=is_update and bool(last) and (is_new or self._trigger == "trades"),
            )
        except UNREADABLE:
            return Ignored(counts.MALFORMED)
        if last is not None:
            self._lasts[symbol] = last
        return tick

    def _at(self, item: dict[str, Any]) -> float:
        if "timestamp" not in item:
            return self._clock.wall() * 1000
        return datetime.fromisoformat(text(item["timestamp"])).timestamp() * 1000


def _amount(item: dict[str, Any], name: str) -> Decimal | None:
    return None if item.get(name) is None else number(item[name])
