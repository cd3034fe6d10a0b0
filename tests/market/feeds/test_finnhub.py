"""Finnhub's messages, exactly; and its limit of symbols, which it states without saying whom it met."""

from __future__ import annotations

import logging
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from market.feeds import counts, finnhub
from market.feeds.dialect import Complaint, Ignored, OverLimit, Refused, parsed
from market.feeds.finnhub import Finnhub
from market.live.ticks import State, Tick
from tests.market.hands import Hands, until
from tests.market.wires import KEY, QUICK, wire

D = Decimal
ERROR = {"msg": "Subscribing to too many symbols", "type": "error"}


def told(message: str) -> list[Any]:
    return list(Finnhub(KEY).told(parsed(message)))


def test_the_address_and_the_limit_are_finnhubs() -> None:
    feed = finnhub.feed(KEY)

    assert (feed.name, feed.status.limit, feed.status.state) == ("finnhub", 50, State.CONNECTING)
    assert Finnhub("a b&c").url() == "wss://ws.finnhub.io?token=a%20b%26c"
    assert Finnhub(KEY).silence_seconds == 150


def test_trades_carry_the_very_digits_of_the_message() -> None:
    frame = (
        '{"data":[{"c":["1","12"],"p":7296.8900000000003,"s":"BINANCE:BTCUSDT","t":1575526691134,"v":0.011467},'
        '{"c":null,"p":150,"s":"AAPL","t":1575526691135,"v":100}],"type":"trade"}'
    )

    assert told(frame) == [
        Tick("BINANCE:BTCUSDT", 1575526691134.0, D("7296.8900000000003"), D("0.011467"), is_trade=True),
        Tick("AAPL", 1575526691135.0, D(150), D(100), is_trade=True),
    ]


def test_a_volume_of_zero_is_a_new_price_and_no_trade() -> None:
    frame = (
        '{"data":[{"p":1.08,"s":"OANDA:EUR_USD","t":1,"v":0},{"p":1.09,"s":"X","t":2},'
        '{"p":1.1,"s":"X","t":3,"v":null}],"type":"trade"}'
    )

    assert told(frame) == [
        Tick("OANDA:EUR_USD", 1.0, D("1.08")),
        Tick("X", 2.0, D("1.09")),
        Tick("X", 3.0, D("1.1")),
    ]


def test_a_messages_trades_are_told_by_their_times_and_equal_ones_of_a_moment_together() -> None:
    def ticks(*trades: tuple[str, int, str, str]) -> list[tuple[str, float, str, str | None]]:
        data = ",".join(f'{{"s":"{s}","t":{t},"p":{p},"v":{v}}}' for s, t, p, v in trades)
        found = told(f'{{"type":"trade","data":[{data}]}}')
        return [(t.symbol, t.at, str(t.last), None if t.size is None else str(t.size)) for t in found]

    late = [("A", 5, "10", "1"), ("A", 3, "9", "2"), ("B", 4, "7", "1"), ("A", 6, "11", "3")]
    assert ticks(*late) == [
        ("A", 3.0, "9", "2"),
        ("B", 4.0, "7", "1"),
        ("A", 5.0, "10", "1"),
        ("A", 6.0, "11", "3"),
    ]
    assert ticks(*[("A", 5, "10", "10")] * 3) == [("A", 5.0, "10", "30")]
    assert ticks(("A", 5, "10", "1"), ("A", 5, "10.1", "1"), ("A", 5, "10", "0")) == [
        ("A", 5.0, "10", "1"),
        ("A", 5.0, "10.1", "1"),
        ("A", 5.0, "10", None),
    ]
    assert ticks(("A", 5, "10", "1e999999"), ("A", 5, "10", "9e999999"))[0][0] == "A", "whatever it is, it is told"


@pytest.mark.parametrize(
    "trade",
    [
        "{}",
        "[]",
        "7",
        "null",
        '{"p":"150","s":"A","t":1,"v":1}',
        '{"p":true,"s":"A","t":1,"v":1}',
        '{"p":1,"s":7,"t":1,"v":1}',
        '{"p":1,"s":"A","t":null,"v":1}',
        '{"p":1,"s":"A","t":1e400,"v":1}',
        '{"p":1,"s":"A","t":1,"v":NaN}',
    ],
)
def test_a_broken_trade_is_counted_and_spoils_none_beside_it(trade: str) -> None:
    good = '{"p":5,"s":"A","t":1,"v":1}'

    other = '{"p":6,"s":"B","t":2,"v":1}'
    [broken, first, last] = sorted(told(f'{{"data":[{good},{trade},{other}],"type":"trade"}}'), key=by_kind)

    assert broken in (Ignored(counts.MALFORMED), Tick("A", float("inf"), D(1), D(1), is_trade=True))
    assert first == Tick("A", 1.0, D(5), D(1), is_trade=True)
    assert last == Tick("B", 2.0, D(6), D(1), is_trade=True)


def by_kind(told: Tick | Ignored) -> tuple[bool, float]:
    """What is no good first, then by time."""
    return (False, 0.0) if isinstance(told, Ignored) or told.at == float("inf") else (True, told.at)


def test_pings_say_nothing_and_errors_what_they_are_about() -> None:
    assert told('{"type":"ping"}') == []
    assert told('{"msg":"Subscribing to too many symbols","type":"error"}') == [OverLimit()]
    assert told('{"msg":"Invalid symbol: XY.Z","type":"error"}') == [Refused("XY.Z", "no such symbol")]
    assert told('{"msg":"Invalid symbol","type":"error"}') == [Complaint("Invalid symbol")]
    assert told(f'{{"msg":"key {KEY} is slow","type":"error"}}') == [Complaint("key … is slow")]
    assert told('{"type":"error"}') == told('{"type":"news"}') == told("[]") == [Ignored(counts.UNKNOWN)]


async def test_beyond_the_upstreams_own_limit_as_many_are_carried_as_it_takes() -> None:
    async with wire("finnhub", limit=7) as made:
        made.want(*"ABCDEFGHIJ")

        await made.equal(*"ABCDEFG")
        assert made.feed.status.limit == 7
        assert made.feed.status.counts == {counts.SYMBOL_LIMIT: 3}
        assert made.feed.status.reason == "Not carried: H (only 7 at once); I (only 7 at once); J (only 7 at once)."

        made.want(*"BCDEFGHI")
        await made.equal(*"BCDEFGH")
        made.want(*"BCDEFGH")
        await made.equal(*"BCDEFGH")
        assert made.feed.status.reason == ""
        assert made.feed.status.counts == {counts.SYMBOL_LIMIT: 3}
        assert len(made.upstream.handshakes) == 1


async def test_fifty_symbols_are_carried_and_the_fifty_first_is_not_even_asked_for() -> None:
    symbols = [f"S{number}" for number in range(55)]
    async with wire("finnhub", limit=50) as made:
        made.want(*symbols)

        await made.equal(*symbols[:50])
        assert (made.feed.status.limit, made.feed.status.counts) == (50, {})
        assert made.feed.status.reason.endswith("S54 (only 50 at once).")

        made.want(*symbols[5:])
        await made.equal(*symbols[5:])


async def test_an_error_that_may_be_older_than_an_unsubscription_is_cleared_up_by_a_new_connection() -> None:
    async with wire("finnhub", limit=4) as made:
        made.want(*"ABCD")
        await made.equal(*"ABCD")
        made.upstream.limit = 3  # the vendor's, whatever ours says
        made.want(*"BCE")
        await made.equal(*"BCE")
        made.want(*"BCEFG")

        await until(lambda: len(made.upstream.handshakes) == 2, "a new connection")
        await made.equal(*"BCE")
        assert made.feed.status.limit == 3


async def test_a_symbol_of_which_something_came_is_not_the_one_too_many() -> None:
    async with wire("finnhub") as made:
        made.want(*"ABC")
        await made.equal(*"ABC")
        await made.tell("C", "5", 1)
        await made.upstream.say(ERROR)

        await until(lambda: made.feed.status.limit == 2, "a lower limit")
        assert made.feed.status.reason == "Not carried: B (only 2 at once)."


async def test_where_not_even_one_symbol_is_carried_the_limit_is_not_believed() -> None:
    async with wire("finnhub", limit=0) as made:
        made.want("A")
        await until(lambda: len(made.upstream.handshakes) >= 3, "other connections")
        made.upstream.limit = 50

        await made.equal("A")
        assert made.feed.status.limit == 50


async def test_a_lowered_limit_is_tried_again_by_a_connection_an_hour_later() -> None:
    hands = Hands()
    manners = replace(QUICK, first_wait=0, longest_wait=0)
    async with wire("finnhub", clock=hands.clock, manners=manners, silence_seconds=90_000, limit=3) as made:
        made.want(*"ABCDE")
        await made.equal(*"ABC")
        made.upstream.limit = 50

        for turned, carried in ((3000, "ABC"), (600, "ABCDE")):
            hands.turn(turned)
            made.upstream.abort()
            await until(lambda: made.feed.status.state is State.DOWN, "an end")
            await until(lambda: hands.waits, "a wait")
            hands.turn(0)
            await made.equal(*carried)


async def test_an_unknown_symbol_is_named_and_leaves_its_place_to_the_next(caplog: pytest.LogCaptureFixture) -> None:
    async with wire("finnhub", unknown=["B/USD"], feed_limit=2) as made:
        made.want("A", "B", "C")

        await made.equal("A", "C")
        assert (made.feed.status.limit, made.feed.status.reason) == (2, "Not carried: B (no such symbol).")
        await made.upstream.say({"type": "error", "msg": f"{KEY} is tired"})
        await until(lambda: made.feed.status.counts == {counts.REFUSED_SYMBOL: 1, counts.ERROR: 1}, "the counts")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "finnhub reports: … is tired"
    ]
