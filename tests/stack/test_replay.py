"""A recording ends where its file ends: at /api/quotes/, in the bars and over the socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from tests.market.recordings import RECORDED, last_price, made
from tests.servers import Server, wait_for
from tests.stack.quotes import Watcher

# XRPETH's last price is twice the one before; nobody has entered it as an instrument.
FEW = """time,symbol,price,size
2019-10-11T00:00:01Z,XRPETH,0.00141,10
2019-10-11T00:00:02Z,BTCUSD,9000.5,1
2019-10-11T00:00:03Z,XRPETH,0.0014,20
2019-10-11T00:00:04Z,BTCUSD,8999,2
2019-10-11T00:00:05Z,XRPETH,0.0028,30
"""
LAST = {"XRPETH": ("0.0028", "98.58"), "BTCUSD": ("8999", "-0.02")}


@contextmanager
def replaying(file: Path, folder: Path) -> Iterator[Server]:
    server = Server(folder, FEED="replay", FEED_FILE=str(file), FEED_SPEED="max", PAPER_BROKER="off")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = Path(tmp_path_factory.mktemp("replayed"))
    (folder / "prices.csv").write_text(FEW)
    with replaying(folder / "prices.csv", folder) as server:
        yield server


def test_the_last_prices_are_the_file_s(replayed: Server) -> None:
    def last() -> dict[str, tuple[str, str]]:
        status, told = replayed.request("GET", "/api/quotes/?symbols=XRPETH,BTCUSD", user="alice")
        assert status == 200
        assert told["feed"]["name"] == "replay"
        return {quote["symbol"]: (quote["last"], quote["change"]) for quote in told["quotes"]}

    wait_for(lambda: last() == LAST, "the file's last prices")
    status, everything = replayed.request("GET", "/api/quotes/", user="alice")
    assert status == 200
    assert [quote["symbol"] for quote in everything["quotes"]] == ["BTCUSD", "XRPETH"]
    with Watcher(replayed) as alice:
        alice.subscribe(LAST)
        alice.until(lambda: alice.quotes.keys() == LAST.keys(), "the last prices")
        alice.until(lambda: alice.feed["reason"] == "The recording has ended.", "word of its end")

    assert {symbol: (quote["last"], quote["change"]) for symbol, quote in alice.quotes.items()} == LAST


def test_the_bars_hold_all_prices_of_their_minutes_oldest_first(replayed: Server) -> None:
    def bars() -> list[dict[str, str]]:
        status, told = replayed.request("GET", "/api/bars/?symbol=XRPETH", user="alice")
        assert (status, told["symbol"], told["seconds"]) == (200, "XRPETH", 60)
        return list(told["bars"])

    found = wait_for(lambda: bars() and bars()[-1]["close"] == "0.0028" and bars(), "the bars")

    assert [list(bar) for bar in found] == [["time", "open", "high", "low", "close", "volume"]] * len(found)
    assert [bar["time"] for bar in found] == sorted({bar["time"] for bar in found})
    assert all(bar["time"] % 60 == 0 for bar in found)
    assert sum(int(bar["volume"]) for bar in found) == 60
    assert (found[0]["open"], min(bar["low"] for bar in found)) == ("0.00141", "0.0014")


def test_strangers_and_unknown_symbols_get_no_prices(replayed: Server) -> None:
    assert replayed.request("GET", "/api/quotes/")[0] == 401
    assert replayed.request("GET", "/api/bars/?symbol=BTCUSD")[0] == 401
    assert replayed.request("GET", "/api/bars/?symbol=NOSUCH", user="bob")[0] == 404
    status, told = replayed.request("GET", "/api/quotes/?symbols=BTCUSD,NOSUCH", user="bob")
    assert (status, told["fields"]) == (400, {"symbols": ["There is no instrument NOSUCH."]})


def test_a_long_recording_ends_on_screen_at_the_file_s_last_price(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(RECORDED.read_text() if RECORDED.exists() else made(3000))

    with replaying(file, tmp_path) as server, Watcher(server) as alice:
        alice.subscribe(["XRPETH"])
        alice.until(lambda: alice.feed.get("reason") == "The recording has ended." and alice.quotes, "its end")
        _, told = server.request("GET", "/api/quotes/?symbols=XRPETH", user="alice")

    for quote in (alice.quotes["XRPETH"], told["quotes"][0]):
        assert Decimal(quote["last"]) == last_price(file)
