"""A price server on this machine that speaks as Finnhub or as Kraken does, and breaks on command.

It knows what every connection has subscribed to, so that a test can hold that against what is wanted.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

# What is logged in a test is the feed's.
MUTE = logging.Logger("tests.market.fake_upstream", logging.CRITICAL + 1)


@dataclass(frozen=True)
class Answer:
    """A handshake that is answered with an HTTP status."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Flap:
    """A connection that is accepted and closed at once."""


@dataclass(frozen=True)
class Slow:
    """A handshake that is answered only once `upstream.hurry` is set."""


@dataclass
class Visit:
    """One connection, and what it has subscribed to, in turn."""

    connection: ServerConnection
    symbols: dict[str, None] = field(default_factory=dict)


class FakeUpstream:
    """`plan` says what the next handshakes meet; then it behaves. `only_one`: a second connection drops both."""

    def __init__(
        self,
        *,
        limit: int | None = None,
        unknown: Iterable[str] = (),
        only_one: bool = False,
        beat_seconds: float = 0.02,
    ) -> None:
        self.limit, self.unknown, self.only_one, self.beat_seconds = limit, set(unknown), only_one, beat_seconds
        self.visits: list[Visit] = []
        self.most_at_once = 0
        self.handshakes: list[str] = []  # the paths, a query too
        self.heard: list[Any] = []  # every message of every connection
        self.is_mute = False
        self.moody: dict[str, str] = {}  # symbols whose next subscription is refused, and in which words
        self.deaf: set[str] = set()  # symbols whose subscriptions are not heard
        self.hurry = asyncio.Event()
        self._plan: deque[Answer | Flap | Slow] = deque()
        self._server: Server | None = None
        self._flaps: set[ServerConnection] = set()

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._serve, "127.0.0.1", 0, process_request=self._greet, ping_interval=None, close_timeout=1, logger=MUTE
        )
        port = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self.hurry.set()
        self.abort()
        self._server.close()
        await self._server.wait_closed()

    @property
    def subscribed(self) -> set[str]:
        return {symbol for visit in self.visits for symbol in visit.symbols}

    @property
    def planned(self) -> int:
        """How many of the planned faults no handshake has met yet."""
        return len(self._plan)

    def plan(self, *faults: Answer | Flap | Slow) -> None:
        self._plan.extend(faults)

    def abort(self) -> None:
        """Every connection breaks off without a goodbye: code 1006."""
        for visit in self.visits:
            visit.connection.transport.abort()

    async def close(self, code: int) -> None:
        for visit in list(self.visits):
            await visit.connection.close(code)

    def hang(self) -> None:
        """Nothing is read any more, not even a goodbye."""
        for visit in self.visits:
            visit.connection.transport.pause_reading()

    def unhang(self) -> None:
        for visit in self.visits:
            visit.connection.transport.resume_reading()

    async def mute(self) -> None:
        """Nothing is said any more, and all that was said has arrived."""
        self.is_mute = True
        for visit in list(self.visits):
            with suppress(ConnectionClosed):
                await (await visit.connection.ping())

    async def say(self, *messages: Any) -> None:
        """To every connection; text goes as it is."""
        for visit in list(self.visits):
            await self._say(visit, *messages)

    async def _say(self, visit: Visit, *messages: Any) -> None:
        if self.is_mute:
            return
        try:
            for message in messages:
                await visit.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))
        except ConnectionClosed:
            return

    async def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes.append(request.path)
        match self._plan.popleft() if self._plan else None:
            case Answer(status, headers):
                response = connection.respond(HTTPStatus(status), "no")
                for name, value in headers:
                    response.headers[name] = value
                return response
            case Slow():
                await self.hurry.wait()
            case Flap():
                self._flaps.add(connection)
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        if connection in self._flaps:
            self._flaps.discard(connection)
            return
        visit = Visit(connection)
        self.visits.append(visit)
        self.most_at_once = max(self.most_at_once, len(self.visits))
        if self.only_one and len(self.visits) > 1:
            self.abort()
        beats = asyncio.create_task(self._beat(visit))
        try:
            await self._greeted(visit)
            async for text in connection:
                message = json.loads(text)
                self.heard.append(message)
                await self._obey(visit, message)
        except ConnectionClosed:
            return
        finally:
            self.visits.remove(visit)
            beats.cancel()

    async def _beat(self, visit: Visit) -> None:
        while True:
            await asyncio.sleep(self.beat_seconds)
            await self._say(visit, self.beat)

    beat: Any = None

    async def _greeted(self, visit: Visit) -> None:
        """What a new connection is told."""

    async def _obey(self, visit: Visit, message: Any) -> None:
        raise NotImplementedError


class FakeFinnhub(FakeUpstream):
    beat = {"type": "ping"}

    async def _obey(self, visit: Visit, message: Any) -> None:
        symbol = message["symbol"]
        if message["type"] == "unsubscribe":
            visit.symbols.pop(symbol, None)
        elif symbol in self.deaf:
            pass
        elif symbol in self.moody:
            await self._say(visit, {"type": "error", "msg": self.moody.pop(symbol)})
        elif symbol in self.unknown:
            await self._say(visit, {"type": "error", "msg": f"Invalid symbol {symbol}"})
        elif self.limit is not None and symbol not in visit.symbols and len(visit.symbols) >= self.limit:
            await self._say(visit, {"msg": "Subscribing to too many symbols", "type": "error"})
        else:
            visit.symbols[symbol] = None

    async def trade(self, symbol: str, price: str, at: float, volume: str = "1") -> None:
        """Price and volume are written into the JSON as they are."""
        await self.say(
            f'{{"data":[{{"c":null,"p":{price},"s":"{symbol}","t":{int(at)},"v":{volume}}}],"type":"trade"}}'
        )


class FakeKraken(FakeUpstream):
    beat = {"channel": "heartbeat"}

    async def _greeted(self, visit: Visit) -> None:
        system = {"version": "2.0.10", "system": "online", "api_version": "v2", "connection_id": 1}
        await self._say(visit, {"channel": "status", "type": "update", "data": [system]})

    async def _obey(self, visit: Visit, message: Any) -> None:
        method, request = message["method"], message.get("req_id")
        if method == "ping":
            await self._say(visit, {"method": "pong", "req_id": request})
            return
        for symbol in message["params"]["symbol"]:
            if method == "subscribe" and symbol in self.deaf:
                continue
            told: dict[str, Any] = {"method": method, "req_id": request, "success": True}
            complaint = self._complaint(visit, method, symbol)
            if complaint:
                told |= {"success": False, "error": complaint, "symbol": symbol}
            elif method == "subscribe":
                visit.symbols[symbol] = None
                told["result"] = {"channel": "ticker", "symbol": symbol, "snapshot": True}
            else:
                del visit.symbols[symbol]
                told["result"] = {"channel": "ticker", "symbol": symbol}
            await self._say(visit, told)

    def _complaint(self, visit: Visit, method: str, symbol: str) -> str | None:
        if method == "unsubscribe":
            return None if symbol in visit.symbols else "Subscription Not Found"
        if symbol in self.moody:
            return self.moody.pop(symbol)
        if symbol in self.unknown:
            return f"Currency pair not supported {symbol}"
        return "Already subscribed" if symbol in visit.symbols else None

    async def ticker(self, symbol: str, kind: str = "update", **numbers: str) -> None:
        """Numbers, and the timestamp with its quotation marks, are written into the JSON as they are."""
        told = ",".join(f'"{name}":{value}' for name, value in numbers.items())
        await self.say(f'{{"channel":"ticker","type":"{kind}","data":[{{"symbol":"{symbol}",{told}}}]}}')
