"""Prices over real sockets of two server processes with one feed: who sees what, and who goes first."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from django.conf import settings

from market.live import leader, leases, redis_board
from orders.protocol import inbound
from tests import servers
from tests.periods import periods
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.stack.conftest import served
from tests.stack.quotes import LIST, SYMBOLS, Watcher
from tests.stack.sockets import Frame

QUICK = periods(
    {
        "market.live.feed_status.LOOK_SECONDS": 0.2,
        "market.live.hub.GRACE_SECONDS": 0.5,
        "market.live.leases.RENEW_SECONDS": 1,
        "market.live.runner.GRACE_SECONDS": 0.5,
        "market.live.runner.STATE_SECONDS": 0.5,
        "orders.socket.slot_priority.AGAIN_SECONDS": 0.5,
    }
)
# Times are in milliseconds: in seconds they would be years away.
DAY = 24 * 60 * 60 * 1000


@pytest.fixture(scope="module")
def client() -> Iterator[redis.Redis]:
    """Of the Redis that the market is on."""
    with servers.redis_server() as url, redis.Redis.from_url(url, decode_responses=True) as client:
        yield client


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory, client: redis.Redis) -> Iterator[Server]:
    """Two processes with the pretended market."""
    url = f"unix://{client.connection_pool.connection_kwargs['path']}"
    folder = Path(tmp_path_factory.mktemp("prices"))
    # What it keeps in Redis is then called there as it is here.
    own = QUICK | {"SECRET_KEY": settings.SECRET_KEY}
    with served(Server(folder, FEED="sim", WEB_CONCURRENCY="2", REDIS_URL=url, PAPER_BROKER="off", **own)) as server:
        server.shell(LIST)
        yield server


def feeds(server: Server) -> list[psutil.Process]:
    return processes.named(server, "run_feed")


def wanted(client: redis.Redis) -> list[dict[str, bool]]:
    """What each server process wants now."""
    names: Any = client.smembers(leases.INDEX)
    texts: Any = [client.get(f"{leases.INDEX}.{name}") for name in names]
    return [json.loads(text) for text in texts if text is not None]


def test_a_subscription_is_answered_first_and_then_shows_every_symbol_and_what_changes(market: Server) -> None:
    with Watcher(market) as alice:
        answer = alice.subscribe(["BTCUSD", "AAPL", "BTCUSD"])
        assert answer == {"type": "subscribed", "stream": "quotes", "symbols": ["BTCUSD", "AAPL"], "id": "asked"}
        assert not alice.frames

        alice.until(lambda: alice.quotes.keys() == {"BTCUSD", "AAPL"}, "both")
        alice.until(lambda: len(alice.frames) > 4, "changes")

    assert (alice.feed["name"], alice.feed["state"]) == ("sim", "live")
    assert abs(alice.frames[0]["sent"] - time.time() * 1000) < DAY
    for quote in alice.quotes.values():
        assert list(quote) == ["symbol", "bid", "ask", "last", "change", "at"]
        assert Decimal(quote["bid"]) < Decimal(quote["ask"])
        assert abs(quote["at"] - time.time() * 1000) < DAY


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"symbols": ["AAPL", "NOSUCH"]}, "validation_failed"),
        ({"symbols": [f"X{number}" for number in range(inbound.SYMBOLS + 1)]}, "bad_message"),
        ({"symbols": []}, "bad_message"),
        ({"symbols": "AAPL"}, "bad_message"),
        ({"symbols": ["aapl"]}, "bad_message"),
        ({"symbols": ["AAPL\0"]}, "bad_message"),
        ({}, "bad_message"),
        ({"symbols": ["AAPL"], "per_second": 3}, "bad_message"),
        ({"symbols": ["AAPL"], "per_second": True}, "bad_message"),
        ({"symbols": ["AAPL"], "per_second": [10]}, "bad_message"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_watched(market: Server, fields: Any, code: str) -> None:
    with Watcher(market) as alice:
        answer = alice.ask("subscribe", **fields)
        assert (answer["type"], answer["code"]) == ("error", code)
        assert code != "validation_failed" or answer["fields"] == {"symbols": ["NOSUCH"]}
        assert alice.ask("unsubscribe")["symbols"] == []


def test_what_is_left_is_not_shown_any_more(market: Server) -> None:
    with Watcher(market) as alice, Watcher(market) as bob:
        bob.subscribe(["BTCUSD", "ETHUSD"])
        alice.subscribe(["BTCUSD", "AAPL", "ETHUSD"])
        alice.until(lambda: len(alice.quotes) == 3, "all of them")
        assert alice.ask("unsubscribe", symbols=["AAPL"])["symbols"] == ["AAPL"]
        alice.frames.clear()
        alice.until(lambda: len(alice.frames) > 4, "the others' changes")
        assert {quote["symbol"] for frame in alice.frames for quote in frame["quotes"]} <= {"BTCUSD", "ETHUSD"}

        assert alice.ask("unsubscribe")["symbols"] == ["BTCUSD", "ETHUSD"]
        alice.frames.clear()
        bob.ping()
        bob.frames.clear()
        bob.until(lambda: len(bob.frames) > 3, "changes that another still sees")
        alice.ping()
        assert alice.frames == []


def test_everybody_sees_prices_and_nobody_another_s_orders(market: Server) -> None:
    with Watcher(market, "alice") as alice, Watcher(market, "bob") as bob:
        for each in (alice, bob):
            each.socket.send(json.dumps({"type": "subscribe", "stream": "orders"}))
            each.subscribe(["AAPL"])
        order = {"symbol": "AAPL", "side": "buy", "quantity": "1", "price": "100"}
        assert market.request("POST", "/api/orders/", order, "bob")[0] == 201
        bob.until(lambda: any(frame["type"] == "events" for frame in bob.others), "his own order")
        alice.until(lambda: len(alice.frames) > 3, "prices")
        bob.until(lambda: bob.quotes, "prices for him as well")
        assert not [frame for frame in alice.others if frame["type"] == "events"]


def shown_by_both(one: Watcher, other: Watcher) -> list[Frame]:
    """Quotes that both were sent. Not every one is: of two in quick succession a process may send only the second."""
    one.ping()
    sent = [quote for frame in one.frames for quote in frame["quotes"]]
    return [quote for frame in other.frames for quote in frame["quotes"] if quote in sent]


def test_two_processes_share_one_feed_and_show_the_same_prices(market: Server, client: redis.Redis) -> None:
    with ExitStack() as open_ones:
        by_process: dict[int, Watcher] = {}
        while len(by_process) < 2:
            watcher = open_ones.enter_context(Watcher(market))
            by_process[processes.serving(market, watcher.local_port).pid] = watcher
        one, other = by_process.values()
        for each in (one, other):
            each.subscribe(["ETHEUR"])
        one.until(lambda: len({frame["quotes"][0]["at"] for frame in one.frames if frame["quotes"]}) > 3, "changes")
        other.until(lambda: shown_by_both(one, other), "the same price")

        assert len(feeds(market)) == 1
        assert sum("ETHEUR" in each for each in wanted(client)) == 2


def test_the_symbols_of_a_process_that_was_killed_leave_the_feed(market: Server, client: redis.Redis) -> None:
    with Watcher(market) as alice:
        alice.subscribe(["Q55"])
        alice.until(lambda: "Q55" in alice.quotes, "its price")
        [name] = [name for name in client.smembers(leases.INDEX) if "Q55" in str(client.get(f"{leases.INDEX}.{name}"))]
        processes.serving(market, alice.local_port).kill()
        assert 0 < client.ttl(f"{leases.INDEX}.{name}") <= leases.SECONDS
        client.expire(f"{leases.INDEX}.{name}", 1)  # as its end comes

        wait_for(lambda: not any("Q55" in each for each in wanted(client)), "nobody wanting it")
        wait_for(lambda: name not in client.smembers(leases.INDEX), "the name's end")
    wait_for(lambda: len(processes.web(market)) == 2, "another process")
    with Watcher(market) as alice:
        alice.subscribe(["Q54"])
        alice.until(lambda: "Q54" in alice.quotes, "prices, as ever")


def test_prices_go_on_after_the_feed_s_process_was_killed(market: Server, client: redis.Redis) -> None:
    [feed] = feeds(market)
    with Watcher(market) as alice:
        alice.subscribe(["BTCUSD"])
        alice.until(lambda: alice.quotes, "a price")
        feed.kill()
        wait_for(lambda: feed not in feeds(market) and feeds(market), "another process for the feed")
        killed = time.time() * 1000
        client.expire(leader.KEY, 1)  # as its lead ends by itself

        alice.until(lambda: alice.quotes["BTCUSD"]["at"] > killed, "prices again")
        alice.until(lambda: alice.feed["state"] == "live", "a live feed")
    assert len(feeds(market)) == 1


def test_beyond_the_limit_one_is_told_and_a_working_order_makes_a_place(market: Server, client: redis.Redis) -> None:
    with Watcher(market, "bob") as bob, Watcher(market, "alice") as alice:
        bob.subscribe(SYMBOLS[:50])
        bob.until(lambda: bob.quotes.keys() == set(SYMBOLS[:50]), "all fifty")
        alice.subscribe(["Q50", "Q00"])
        alice.until(lambda: alice.refused, "word that it waits")
        assert alice.refused == [("symbol_limit", ["Q50"])]
        assert alice.errors[0]["message"].startswith("All 50 live symbols are in use")
        assert alice.until(lambda: alice.feed.get("queued"), "the feed's word") == ["Q50"]
        assert "Q50" not in alice.quotes

        order = {"symbol": "Q50", "side": "buy", "quantity": "1", "price": "100"}
        assert market.request("POST", "/api/orders/", order, "alice")[0] == 201

        alice.until(lambda: "Q50" in alice.quotes, "a place for it")
        [(code, [gone])] = bob.until(lambda: bob.refused, "word that one lost its place")
        assert (code, gone in SYMBOLS[:50]) == ("symbol_limit", True)

        bob.ask("unsubscribe", symbols=["Q07"])
        bob.until(lambda: bob.feed.get("queued") == [], "a place for that one too")
        assert json.loads(str(client.get(redis_board.FEED)))["in_use"] == 50


def test_where_there_is_no_feed_that_is_said(embedded: Server) -> None:
    with Watcher(embedded) as alice:
        answer = alice.subscribe(["AAPL"])

    assert (answer["code"], answer["message"]) == (
        "validation_failed",
        "There are no quotes: no price feed is running.",
    )


def test_every_name_in_redis_is_this_sites_own(market: Server, client: redis.Redis) -> None:
    with Watcher(market) as alice:
        alice.subscribe(["AAPL"])
        alice.ask("subscribe", stream="orders")
        alice.until(lambda: alice.quotes.keys() == {"AAPL"}, "a price")
        found: Any = [*client.keys(), *client.pubsub_channels()]  # type: ignore[misc]
    market_s = [f"market.{name}" for name in ("quotes", "quote.AAPL", "feed", "leader", "wanted")]
    for part in (*market_s, "__group__orders."):
        assert any(part in name for name in found), part
    assert not [name for name in found if not name.startswith(settings.REDIS_PREFIX)]
