"""The benchmark of prices: what it counts, and that a stale value or a lost client is not passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest

from benchmarks import quotes, quotes_frames
from benchmarks.quotes_feed import Prices
from benchmarks.quotes_marks import figures
from benchmarks.quotes_viewers import Viewers, Watching
from benchmarks.stream_marks import Kept
from benchmarks.websocket import Client
from market.feeds.dialect import Dialect
from market.feeds.finnhub import Finnhub
from market.feeds.kraken import Kraken
from market.live.ticks import Tick


class Pretended(Client):
    """A client to which these frames have come."""

    def __init__(self, *frames: bytes) -> None:
        self._frames, self.arrived = frames, 1005.0

    def receive(self) -> Iterator[bytes]:
        yield from self._frames


def frame(changes: int, **lasts: str) -> bytes:
    rows = [{"symbol": symbol, "last": last, "at": 1000.0} for symbol, last in lasts.items()]
    told = {"type": "quotes", "sent": 1001.5, "changes": changes, "quotes": rows}
    return json.dumps(told, separators=(",", ":")).encode()


def test_a_price_is_a_symbol_and_a_value_that_arrived_and_not_what_it_replaced() -> None:
    viewers = Viewers()
    viewers.begin("delays")
    viewers.take(Watching(Pretended(frame(70, Q01="1", Q02="2"), b'{"type":"heartbeat","heads":{}}'), ("Q01", "Q02")))

    found = viewers.result()

    assert (found["prices"], found["frames"], found["changes"]) == (2, 1, 70)
    assert found["delays"] == [5.0, 5.0]


def test_a_value_that_is_not_the_last_one_is_stale_also_where_the_socket_was_closed() -> None:
    viewers = Viewers()
    viewers.begin("keep")
    for number, where in enumerate((viewers.watching, viewers.slow)):
        where[number] = Watching(Pretended(frame(1, Q01="1", Q02="2"), frame(1, Q01="3")), ("Q01", "Q02"))
        viewers.take(where[number])
    viewers.lost.append(Watching(Pretended(), ("Q01",)))

    assert viewers.stale({"Q01": "3", "Q02": "2"}) == {"final": 4, "stale": 1, "closed": 1}
    assert viewers.stale({"Q01": "3", "Q02": "2.1"}) == {"final": 2, "stale": 3, "closed": 1}


def test_plain_frames_are_counted_the_same_way() -> None:
    viewers = Viewers()
    viewers.begin("keep")
    told = json.dumps({"type": "quote", "quote": {"symbol": "Q01", "last": "7", "at": 1000.0}}).encode()
    watching = Watching(Pretended(told), ("Q01",))
    viewers.take(watching)

    assert (viewers.result()["prices"], watching.lasts) == (1, {"Q01": "7"})


@pytest.mark.parametrize("kind", quotes_frames.KINDS)
def test_frames_hold_the_trades_they_are_counted_as(kind: str) -> None:
    dialect: Dialect = Finnhub("key") if kind.startswith("finnhub") else Kraken()
    told = [
        each for text in quotes_frames.frames(kind, 40) for each in dialect.told(json.loads(text, parse_float=Decimal))
    ]

    assert len(told) == 40
    assert all(isinstance(each, Tick) and each.last for each in told)


def test_each_tick_is_another_price_than_the_one_before() -> None:
    prices = Prices()
    lasts = [prices.tick("Q01").last for _ in range(50)]

    assert all(one != other for one, other in pairwise(lasts))
    assert prices.lasts["Q01"] == lasts[-1]


def test_each_client_has_ten_symbols_of_its_own() -> None:
    wanted = quotes.choices(200)

    assert {len(set(symbols)) for symbols in wanted} == {quotes.OF_EACH}
    assert len(set(map(tuple, wanted))) == 200
    assert quotes.watched_by(wanted, 3) == 6000


def test_marks_are_held_where_both_sides_were_measured() -> None:
    kept = Kept()
    kept.add("plain", {"prices/core-s": 2000, "tick → client p99": 20})
    kept.add("ours", {"prices/core-s": 30_000, "tick → client p99": 11})
    ends = [{"final": 99, "stale": 1, "closed": 0}]
    kept.add("ours", quotes.conflated({"seconds": 2}, [{"prices": 1000}], ends, 50_000))

    held = {figure.name: figure.met for figure in figures(kept) if figure.mark}

    assert held == {
        "prices/core-s": True,
        "tick → client p99": False,
        "flat out: final values that are the last ones": False,
    }
