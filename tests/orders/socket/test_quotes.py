"""One socket's side of prices: what it may ask, whom it keeps waiting, and that nothing of it is left when it goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.db import OperationalError

from market.live import leader
from market.live.redis_board import Board
from orders.live.threads import in_thread
from orders.socket import quotes, slot_priority
from orders.socket.quotes import get_quote_hub
from tests.market.conftest import client, empty_board, until  # noqa: F401
from tests.orders import builders
from tests.sockets import Frame, Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def instruments(db: None, settings: Any, empty_board: None) -> None:  # noqa: F811
    settings.FEED = "sim"
    for symbol in ("AAPL", "BTCUSD", "KO"):
        builders.instrument(symbol)
    builders.instrument("GONE", active=False)


@pytest.fixture
async def socket(alice: User) -> AsyncIterator[Socket]:
    opened = await Socket.of(alice)
    yield opened
    if opened.closed is None:
        await opened.leave()
    await quotes.close_quote_hub()


async def subscribe(socket: Socket, *symbols: str, **more: Any) -> Frame:
    return await socket.ask(type="subscribe", stream="quotes", symbols=list(symbols), **more)


async def tell(client: redis.asyncio.Redis, symbol: str, last: str) -> None:  # noqa: F811
    await client.set(leader.KEY, "term")
    text = json.dumps({"symbol": symbol, "last": last})
    assert await Board(client, "term").write({symbol: text})


async def prices(socket: Socket, fact: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """The latest of each symbol, once the fact holds of them."""
    seen: dict[str, str] = {}
    while not fact(seen):
        frame = await socket.until("quotes")
        seen |= {quote["symbol"]: quote["last"] for quote in frame["quotes"]}
    return seen


async def test_prices_come_after_the_answer_the_present_one_at_once(
    socket: Socket,
    client: redis.asyncio.Redis,  # noqa: F811
) -> None:
    await tell(client, "AAPL", "1")
    await socket.send(type="subscribe", stream="quotes", symbols=["AAPL", "KO"], id=7)
    assert await socket.frame() == {"type": "subscribed", "stream": "quotes", "symbols": ["AAPL", "KO"], "id": 7}
    assert await prices(socket, lambda seen: "AAPL" in seen) == {"AAPL": "1"}

    await tell(client, "KO", "5")
    await tell(client, "AAPL", "2")
    assert await prices(socket, lambda seen: len(seen) == 2) == {"AAPL": "2", "KO": "5"}


@pytest.mark.parametrize("symbol", ["NOSUCH", "GONE"])
async def test_one_symbol_that_is_none_refuses_all_of_the_frame_and_leaves_the_rest(
    socket: Socket, symbol: str
) -> None:
    await subscribe(socket, "KO")
    refused = await subscribe(socket, "AAPL", symbol)

    assert (refused["code"], refused["fields"]) == ("validation_failed", {"symbols": [symbol]})
    assert (await socket.ask(type="unsubscribe", stream="quotes"))["symbols"] == ["KO"]


async def test_a_socket_watches_so_many_and_no_more(socket: Socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotes.inbound, "SYMBOLS", 2)
    await subscribe(socket, "AAPL", "KO")
    refused = await subscribe(socket, "KO", "BTCUSD")
    assert (refused["code"], refused["status"]) == ("too_many_subscriptions", 429)
    assert (await subscribe(socket, "KO", "AAPL"))["type"] == "subscribed"


async def test_without_a_feed_that_is_said(socket: Socket, settings: Any) -> None:
    settings.FEED = "off"
    assert (await subscribe(socket, "AAPL"))["code"] == "validation_failed"
    assert (await socket.ask(type="unsubscribe", stream="quotes"))["type"] == "unsubscribed"


async def test_a_stranger_gets_no_prices() -> None:
    socket = Socket((b"origin", b"http://localhost"))
    assert await socket.connect()
    assert (await socket.frame())["code"] == "unauthenticated"
    assert (await socket.frame())["code"] == 4401


async def test_nothing_is_left_of_a_socket_that_goes_at_any_moment(alice: User) -> None:
    for number in range(12):
        socket = await Socket.of(alice)
        await socket.send(type="subscribe", stream="quotes", symbols=["AAPL", "KO"])
        if number % 3:
            await socket.send(type="unsubscribe", stream="quotes", symbols=["KO"])
        if number % 2:
            await socket.until("subscribed")
        await socket.leave()

    hub = get_quote_hub()
    assert hub.viewers == 0
    assert not hub._wanted()
    assert not [interest for pace in hub._paces.values() for interest in pace._interests]
    await quotes.close_quote_hub()


async def test_a_symbol_with_working_orders_is_marked_when_it_is_watched_and_while_some_wait(
    socket: Socket,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    client: redis.asyncio.Redis,  # noqa: F811
) -> None:
    monkeypatch.setattr(slot_priority, "AGAIN_SECONDS", 0.05)
    await in_thread(builders.place, alice, symbol="AAPL")
    await subscribe(socket, "AAPL", "KO", "BTCUSD")
    hub = get_quote_hub()
    assert hub._wanted() == {"AAPL": True, "KO": False, "BTCUSD": False}

    order = await in_thread(builders.place, alice, symbol="KO")
    await in_thread(builders.place, await in_thread(User.objects.create_user, "other"), symbol="BTCUSD")
    await Board(client, "").tell({"name": "sim", "state": "live", "limit": 2, "queued": ["KO"]})
    refused = await socket.until("error")
    assert (refused["code"], refused["fields"]) == ("symbol_limit", {"symbols": ["KO"]})
    await until(lambda: hub._wanted() == {"AAPL": True, "KO": True, "BTCUSD": False}, "the working order's mark")

    await in_thread(builders.execute, order, "reject")
    await until(lambda: hub._wanted()["KO"] is False, "its end")
    await socket.ask(type="unsubscribe", stream="quotes", symbols=["KO"])
    assert hub._wanted() == {"AAPL": True, "BTCUSD": False}


@dataclass(frozen=True)
class Person:
    user: User


async def test_a_database_that_is_away_while_symbols_wait_is_told_of_once(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[bool] = []
    worked = asyncio.Event()

    def working(*_: object) -> dict[int, frozenset[str]]:
        asked.append(True)
        if len(asked) < 4:
            raise OperationalError("refused")
        return {}

    person = Person(alice)
    hub: Any = SimpleNamespace(
        wants=lambda: {person: frozenset({"KO"})},
        feed=SimpleNamespace(queued=frozenset({"KO"})),
        work=lambda *_: worked.set(),
    )
    monkeypatch.setattr(slot_priority, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(slot_priority, "_working", working)
    keeping = asyncio.create_task(slot_priority.keep(hub))
    await worked.wait()
    keeping.cancel()

    assert [record.getMessage() for record in caplog.records if record.name == "orders.socket.slot_priority"] == [
        "Can't read viewers' working orders (refused).",
        "Viewers' working orders are read again.",
    ]
