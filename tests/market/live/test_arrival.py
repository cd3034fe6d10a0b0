"""The market's price at this moment: the mid, else the last, asked within milliseconds; and never a reason to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis
from redis import Redis
from redis.connection import AbstractConnection as Connection

from market.live import arrival, redis_board
from market.live.arrival import LatestQuotes
from tests.orders.brokers import Broker

D = Decimal
NOW = 1_784_992_203_118.0


def quoted(bid: str | None = None, ask: str | None = None, last: str | None = None, at: float | None = None) -> str:
    return json.dumps({"bid": bid, "ask": ask, "last": last, "at": time.time() * 1000 if at is None else at})


@pytest.fixture
def broker(tmp_path: Path, settings: Any) -> Iterator[Broker]:
    with Broker(tmp_path) as running:
        settings.CHANNEL_LAYERS, settings.FEED = running.layers, "sim"
        yield running


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The milliseconds that a price is worth waiting for are not those of a busy test machine."""
    monkeypatch.setattr(arrival, "ASK_SECONDS", 60.0)


@pytest.fixture
def quotes(broker: Broker) -> Iterator[Redis]:
    """The hash as the feed leaves it."""
    with Redis.from_url(broker.url) as client:
        client.hset(redis_board.QUOTES, "AAPL", quoted("230.10", "230.14", "230.11"))
        client.hset(redis_board.QUOTES, "EURUSD", quoted(last="1.08123"))
        yield client


@pytest.mark.parametrize(
    ("told", "price"),
    [
        (quoted("230.10", "230.14", "230", NOW), "230.12"),
        (quoted("230.1", "230.11", None, NOW), "230.105"),
        (quoted(None, "230.14", "230", NOW), "230"),
        (quoted("230.10", None, None, NOW), None),
        (quoted("-38", "-36", None, NOW), "-37"),
        (quoted(None, None, "0", NOW), "0"),
        (quoted(None, None, None, NOW), None),
        (quoted("1", "2", None, NOW - arrival.OLD_MS - 1), None),
        (quoted("1", "2", None, NOW - arrival.OLD_MS), "1.5"),
        (quoted("1", "2", None, NOW + 10_000), "1.5"),
        (quoted("NaN", "2", "3", NOW), None),
        (quoted("Infinity", "Infinity", None, NOW), None),
        (quoted(None, None, "1000000000000000", NOW), None),
        (quoted("x", "2", None, NOW), None),
        ('{"bid": "1", "ask": "2", "last": null}', None),
        ('{"bid": "1", "ask": "2", "last": null, "at": "now"}', None),
        ('["1", "2"]', None),
        ("null", None),
        ("{", None),
    ],
)
def test_a_quotes_price_is_its_mid_else_its_last_and_nothing_that_is_old_or_no_quote(
    told: str, price: str | None
) -> None:
    assert arrival.price_in(told, NOW) == (None if price is None else D(price))


def test_the_newest_quote_of_the_symbol_is_asked_for(quotes: Redis) -> None:
    latest = LatestQuotes()
    assert latest("AAPL") == D("230.12")
    assert latest("EURUSD") == D("1.08123")
    assert latest("UNKNOWN") is None
    quotes.hset(redis_board.QUOTES, "AAPL", quoted("231", "232"))
    assert latest("AAPL") == D("231.5")


def test_without_a_feed_there_is_no_price(quotes: Redis, settings: Any) -> None:
    settings.FEED = "off"
    assert LatestQuotes()("AAPL") is None


def test_a_broker_that_hangs_is_waited_for_once_and_then_left_alone(
    quotes: Redis, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(arrival, "FIRST_BREAK_SECONDS", 3600)
    monkeypatch.setattr(arrival, "BREAK_SECONDS", 3600)
    asked: list[str] = []
    hget = Redis.hget
    monkeypatch.setattr(Redis, "hget", lambda own, name, key: asked.append(key) or hget(own, name, key))
    latest = LatestQuotes()
    broker.pause()
    for _ in range(1000):
        assert latest("AAPL") is None
    assert asked == ["AAPL"]


def test_a_broker_that_is_not_there_is_no_error_and_is_asked_again_later(
    quotes: Redis, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = LatestQuotes()
    broker.stop()
    assert latest("AAPL") is None
    broker.start()
    with Redis.from_url(broker.url) as client:
        client.hset(redis_board.QUOTES, "AAPL", quoted("230.10", "230.14"))
    assert latest("AAPL") is None
    later = time.monotonic() + arrival.BREAK_SECONDS
    monkeypatch.setattr(arrival.time, "monotonic", lambda: later)
    assert latest("AAPL") == D("230.12")


def test_an_order_gets_its_price_though_the_first_answer_does_not_come(
    quotes: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = LatestQuotes()
    assert latest("AAPL") == D("230.12")
    read, fails = Connection.read_response, iter([True])

    def read_response(own: Connection, *args: Any, **options: Any) -> Any:
        if next(fails, False):
            raise redis.TimeoutError("a moment too late")
        return read(own, *args, **options)

    monkeypatch.setattr(Connection, "read_response", read_response)
    assert latest("AAPL") == D("230.12")


def test_breaks_grow_while_a_broker_is_away_and_begin_anew_when_it_is_back(
    quotes: Redis, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(arrival.time, "monotonic", lambda: now[0])
    latest = LatestQuotes()

    def breaks(number: int) -> list[float]:
        """How long it is left alone after each of so many failures."""
        found = []
        for _ in range(number):
            assert latest("AAPL") is None
            [breaker] = latest._breakers.values()
            found.append(breaker.again_at - now[0])
            now[0] = breaker.again_at
        return found

    broker.stop()
    assert breaks(7) == [0.25, 0.5, 1, 2, 4, 5, 5]
    broker.start()
    with Redis.from_url(broker.url) as client:
        client.hset(redis_board.QUOTES, "AAPL", quoted("230.10", "230.14"))
    assert latest("AAPL") == D("230.12")
    broker.stop()
    assert breaks(1) == [0.25]


def test_a_broker_that_was_started_anew_is_asked_at_once(quotes: Redis, broker: Broker) -> None:
    latest = LatestQuotes()
    assert latest("AAPL") == D("230.12")
    broker.stop()
    broker.start()
    with Redis.from_url(broker.url) as client:
        client.hset(redis_board.QUOTES, "AAPL", quoted("230.10", "230.14"))
    assert latest("AAPL") == D("230.12")


def test_another_brokers_failure_says_nothing_of_this_one(quotes: Redis, settings: Any, tmp_path: Path) -> None:
    latest = LatestQuotes()
    here = settings.CHANNEL_LAYERS
    settings.CHANNEL_LAYERS = {"default": {"CONFIG": {"hosts": [f"unix://{tmp_path}/nobody.sock"]}}}
    assert latest("AAPL") is None
    settings.CHANNEL_LAYERS = here
    assert latest("AAPL") == D("230.12")


def test_an_answer_that_is_no_hash_is_no_price(quotes: Redis) -> None:
    quotes.delete(redis_board.QUOTES)
    quotes.set(redis_board.QUOTES, "a text")
    assert LatestQuotes()("AAPL") is None
