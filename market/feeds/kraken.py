"""Kraken's tickers (websocket v2) of crypto and currencies: best bid and ask, last trade, day change; needs no key."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from market.feeds import counts, dialect
from market.feeds.clock import CLOCK, Clock
from market.feeds.dialect import Method, Told
from market.feeds.pace import MANNERS, Manners, Patience
from market.feeds.upstream import Upstream
from market.live.ticks import EMPTY, Side, Tick

URL = "wss://ws.kraken.com/v2"
SILENCE_SECONDS = 10  # Kraken sends a heartbeat in each second without other messages
PATIENCE = Patience(unheard=5, quiet=300)  # a subscription is answered with the current price
BATCH = 100
Trigger = Literal["bbo", "trades"]
# Every other error is temporary: rate limits, maintenance, a market's mode.
NO_SUCH = re.compile(r"not supported|not found|not in iso|unknown|invalid|no such|not exist|delisted", re.IGNORECASE)
ONLINE = "online"
# Modes without trades, in which prices don't change; the other modes allow trades.
STANDSTILL = frozenset({"maintenance", "cancel_only"})


def feed(
    url: str = URL,
    *,
    trigger: Trigger = "bbo",
    limit: int | None = None,
    silence_seconds: float = SILENCE_SECONDS,
    patience: Patience = PATIENCE,
    clock: Clock = CLOCK,
    manners: Manners = MANNERS,
) -> Upstream:
    """Kraken's feed. `trigger`: update on every change of the best bid or ask (`bbo`), or on every trade (`trades`)."""
    return Upstream(Kraken(url, trigger, silence_seconds, clock, patience), limit, clock=clock, manners=manners)


class Kraken:
    """Kraken's protocol. Each symbol is acknowledged or refused separately; the reply to its last request counts."""

    name = "kraken"
    batch = BATCH
    tells_at_once = True

    def __init__(
        self,
        url: str = URL,
        trigger: Trigger = "bbo",
        silence_seconds: float = SILENCE_SECONDS,
        clock: Clock = CLOCK,
        patience: Patience = PATIENCE,
    ) -> None:
        self._url, self._trigger, self._clock = url, trigger, clock
        self.silence_seconds, self.patience = silence_seconds, patience
        self._numbers = itertools.count(1)
        self._requests: dict[str, tuple[int, Method]] = {}  # the last one of each symbol
        self._lasts: dict[str, Decimal] = {}
        self._system = ONLINE

    def url(self) -> str:
        return self._url

    def opened(self) -> None:
        self._lasts.clear()
        self._system = ONLINE

    def ask(self, method: Method, names: Sequence[str]) -> str:
        request = next(self._numbers)
        self._requests.update(dict.fromkeys(names, (request, method)))
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
            case {"channel": "heartbeat"} | {"method": "pong"}:
                pass
            case {"channel": "status"}:
                yield from self._status(message.get("data"))
            case {"method": "subscribe" | "unsubscribe" as method, "success": bool(is_done)}:
                yield from self._answer(method, is_done, message)
            case {"error": str(complaint)}:
                yield from self._complaint(complaint, message)
            case _:
                yield dialect.Ignored(counts.UNKNOWN)

    def _status(self, items: Any) -> Iterator[Told]:
        for item in items if isinstance(items, list) else ():
            system = item.get("system") if isinstance(item, dict) else None
            if isinstance(system, str) and system != self._system:
                self._system = system
                says = "" if system == ONLINE else f"Kraken reports: {system[:40]}."
                yield dialect.Venue(says, system not in STANDSTILL)

    def _complaint(self, complaint: str, message: dict[str, Any]) -> Iterator[Told]:
        """Handle an error that identifies its request by number, if at all."""
        methods = [method for asked, method in self._requests.values() if asked == message.get("req_id")]
        if methods:
            yield from self._answer(methods[0], False, message)
        else:
            yield dialect.Complaint(complaint)

    def _answer(self, method: Method, is_done: bool, message: dict[str, Any]) -> Iterator[Told]:
        complaint = str(message.get("error", ""))
        request = message.get("req_id")
        name = self._named(message, complaint)
        if name is None:
            if not is_done:
                yield from self._all_failed(method, complaint, request)
        elif request is None or name in self._asked_by(request):
            if is_done or complaint == "Already subscribed":
                if method == "subscribe":
                    yield dialect.Accepted(name)
            elif method == "subscribe":
                yield _refusal(name, complaint)
            elif "not found" not in complaint.lower():  # what is not subscribed need not be unsubscribed
                yield dialect.Broken(f"Kraken failed to unsubscribe: {complaint[:100]}.")

    def _all_failed(self, method: Method, complaint: str, request: Any) -> Iterator[Told]:
        """Handle the failure of a request for several symbols, or of an unknown request."""
        names = self._asked_by(request)
        if method == "subscribe" and names and not NO_SUCH.search(complaint):
            yield from (_refusal(name, complaint) for name in names)
        else:
            yield dialect.Broken(f"Kraken failed to {method}: {complaint[:100]}.")

    def _named(self, message: dict[str, Any], complaint: str) -> str | None:
        """The symbol that a reply is about; refusals name it in varying places."""
        result = message.get("result")
        for place in (message, result if isinstance(result, dict) else {}):
            if isinstance(place.get("symbol"), str):
                return str(place["symbol"])
        asked = self._asked_by(message.get("req_id"))
        if len(asked) == 1:
            return asked[0]
        return next((name for name in asked if name in complaint.split()), None)

    def _asked_by(self, request: Any) -> list[str]:
        """The symbols whose last request this was."""
        return [name for name, (asked, _) in self._requests.items() if asked == request]

    def _tick(self, item: Any, is_update: bool) -> Tick | dialect.Ignored:
        try:
            symbol = dialect.text(item["symbol"])
            last, change = _amount(item, "last"), _amount(item, "change")
            is_new = last != self._lasts.get(symbol)
            tick = Tick(
                symbol=symbol,
                at=self._at(item),
                last=last or None,
                bid=_side(item, "bid", is_update),
                ask=_side(item, "ask", is_update),
                day_open=last - change if last and change is not None and change < last else None,
                # A changed last price is a trade, whatever triggered the ticker.
                is_trade=is_update and bool(last) and (is_new or self._trigger == "trades"),
            )
        except dialect.UNREADABLE:
            return dialect.Ignored(counts.MALFORMED)
        if last is not None:
            self._lasts[symbol] = last
        return tick

    def _at(self, item: dict[str, Any]) -> float:
        if "timestamp" not in item:
            return self._clock.wall() * 1000
        return datetime.fromisoformat(dialect.text(item["timestamp"])).timestamp() * 1000


def _refusal(name: str, complaint: str) -> dialect.Refused | dialect.Postponed:
    why = complaint[:100] or "refused"
    return dialect.Refused(name, why) if NO_SUCH.search(complaint) else dialect.Postponed(name, why)


def _side(item: dict[str, Any], name: str, is_update: bool) -> Side:
    """One side of the book. An empty side is sent as 0, or is missing from a snapshot, which has the whole book."""
    if name not in item and is_update:
        return None
    return _amount(item, name) or EMPTY


def _amount(item: dict[str, Any], name: str) -> Decimal | None:
    return None if item.get(name) is None else dialect.number(item[name])
