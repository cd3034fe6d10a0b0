"""Kraken's messages, exactly; and its answers, one a symbol."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from market.feeds import counts, kraken
from market.feeds.dialect import Accepted, Broken, Complaint, Ignored, Postponed, Refused, Venue, parsed
from market.feeds.kraken import Kraken, Trigger
from market.live.ticks import EMPTY, Side, State, Tick
from tests.market.hands import WALL, Hands, until
from tests.market.wires import wire

D = Decimal
STAMP = "2026-09-21T14:13:20.500123Z"
TICKER = (
    '{"symbol":"USDT/USD","bid":0.99980,"bid_qty":44620.68691883,"ask":0.99981,"ask_qty":1087605.70466858,'
    '"last":0.99990,"volume":270638277.50461281,"vwap":0.99983,"low":0.99959,"high":1.00000,"change":0.00005,'
    f'"change_pct":0.01,"timestamp":"{STAMP}"}}'
)
WHOLE = Tick("USDT/USD", 1_790_000_000_500.123, D("0.99990"), None, D("0.99980"), D("0.99981"), D("0.99985"))


def told(message: str, spoken: Kraken | None = None) -> list[Any]:
    return list((spoken or Kraken()).told(parsed(message)))


def ticker(*items: str, kind: str = "update") -> str:
    return f'{{"channel":"ticker","type":"{kind}","data":[{",".join(items)}]}}'


def answer(method: str, spoken: Kraken, **fields: Any) -> list[Any]:
    return told(json.dumps({"method": method, "success": "error" not in fields} | fields), spoken)


def test_the_address_is_krakens_and_there_is_no_limit() -> None:
    feed = kraken.feed()

    assert (feed.name, feed.status.limit, feed.status.state) == ("kraken", None, State.CONNECTING)
    assert Kraken().url() == "wss://ws.kraken.com/v2"
    assert Kraken().silence_seconds == 10


@pytest.mark.parametrize("trigger", ["bbo", "trades"])
def test_a_request_names_its_symbols_and_what_the_ticker_is_sent_for(trigger: Trigger) -> None:
    spoken = Kraken(trigger=trigger)
    params = {"channel": "ticker", "symbol": ["BTC/USD", "ETH/USD"], "event_trigger": trigger}

    asked = [json.loads(spoken.ask(method, ["BTC/USD", "ETH/USD"])) for method in ("subscribe", "unsubscribe")]

    assert asked == [
        {"method": "subscribe", "params": params | {"snapshot": True}, "req_id": 1},
        {"method": "unsubscribe", "params": params, "req_id": 2},
    ]
    assert json.loads(spoken.ping() or "") == {"method": "ping", "req_id": 3}


def test_a_ticker_carries_the_very_digits_of_the_message_and_the_days_change() -> None:
    [tick] = told(ticker(TICKER, kind="snapshot"))

    assert tick == WHOLE
    assert [str(number) for number in (tick.last, tick.bid, tick.ask, tick.day_open)] == [
        "0.99990",
        "0.99980",
        "0.99981",
        "0.99985",
    ]


def test_a_ticker_of_whole_numbers_without_a_time_and_with_an_empty_side_is_one_too() -> None:
    hands = Hands()
    spoken = Kraken(clock=hands.clock)

    [tick] = told(ticker('{"symbol":"A/B","bid":0,"ask":2,"last":1,"change":1}'), spoken)
    [empty] = told(ticker('{"symbol":"A/B","last":0.0,"change":null}'), spoken)

    assert tick == Tick("A/B", WALL * 1000, D(1), bid=EMPTY, ask=D(2), is_trade=True)
    assert empty == Tick("A/B", WALL * 1000)


def test_a_side_that_nobody_stands_on_is_told_and_one_that_is_not_told_is_another_thing() -> None:
    def sides(item: str, kind: str = "update") -> tuple[Side, Side]:
        [tick] = told(ticker(f'{{"symbol":"A/B",{item}}}', kind=kind))
        return tick.bid, tick.ask

    assert sides('"bid":0,"ask":90') == (EMPTY, D(90))
    assert sides('"bid":0.0,"ask":null') == (EMPTY, EMPTY)
    assert sides('"last":5') == (None, None)
    assert sides('"ask":90', kind="snapshot") == (EMPTY, D(90)), "a snapshot is the whole book"


@pytest.mark.parametrize(
    ("trigger", "trades"), [("bbo", [False, False, True, False]), ("trades", [False] + [True] * 3)]
)
def test_a_ticker_is_a_trade_where_it_was_sent_for_one_or_the_last_price_changed(
    trigger: Trigger, trades: list[bool]
) -> None:
    spoken = Kraken(trigger=trigger)
    frames = [("snapshot", 1), ("update", 1), ("update", 2), ("update", 2)]

    ticks = [
        tick
        for kind, last in frames
        for tick in told(ticker(f'{{"symbol":"A/B","last":{last},"timestamp":"{STAMP}"}}', kind=kind), spoken)
    ]

    assert [tick.is_trade for tick in ticks] == trades


def test_a_ticker_that_tells_no_last_price_makes_the_next_one_no_trade() -> None:
    spoken = Kraken()
    ticks = [
        tick
        for item in ('{"symbol":"A/B","last":1}', '{"symbol":"A/B","bid":1}', '{"symbol":"A/B","last":1}')
        for tick in told(ticker(item), spoken)
    ]

    assert [tick.is_trade for tick in ticks] == [True, False, False]


@pytest.mark.parametrize(
    "item",
    [
        "{}",
        "[]",
        "null",
        '{"symbol":7,"last":1}',
        '{"symbol":"A/B","last":"1"}',
        '{"symbol":"A/B","last":1,"bid":false}',
        '{"symbol":"A/B","last":1,"timestamp":17}',
        '{"symbol":"A/B","last":1,"timestamp":"soon"}',
    ],
)
def test_a_broken_ticker_is_counted_and_spoils_none_beside_it(item: str) -> None:
    assert told(ticker(TICKER, item, TICKER, kind="snapshot")) == [WHOLE, Ignored(counts.MALFORMED), WHOLE]


def test_heartbeats_status_and_pongs_say_nothing_and_the_rest_is_counted() -> None:
    assert told('{"channel":"heartbeat"}') == []
    assert told('{"channel":"status","type":"update","data":[{"system":"online"}]}') == []
    assert told('{"method":"pong","req_id":1,"time_in":"…","time_out":"…"}') == []
    assert told('{"channel":"trade","type":"update","data":[]}') == [Ignored(counts.UNKNOWN)]
    assert told("[1]") == told('"a"') == told('{"method":"subscribe"}') == [Ignored(counts.UNKNOWN)]
    assert told('{"error":"Malformed request","success":false}') == [Complaint("Malformed request")]


def test_the_answer_to_the_last_request_counts_and_older_ones_do_not() -> None:
    spoken = Kraken()
    for method in ("subscribe", "unsubscribe", "subscribe"):
        spoken.ask(method, ["A/B"])  # type: ignore[arg-type]
    result = {"channel": "ticker", "symbol": "A/B"}

    assert answer("subscribe", spoken, req_id=1, error="Currency pair not supported A/B", symbol="A/B") == []
    assert answer("unsubscribe", spoken, req_id=2, error="Subscription Not Found", symbol="A/B") == []
    assert answer("subscribe", spoken, req_id=3, result=result) == [Accepted("A/B")]
    assert answer("subscribe", spoken, result=result) == [Accepted("A/B")]


def test_a_refusal_is_understood_wherever_it_names_its_symbol() -> None:
    spoken = Kraken()
    spoken.ask("subscribe", ["A/B", "C/D"])
    why = "Currency pair not supported A/B"
    refused = [Refused("A/B", why)]

    assert answer("subscribe", spoken, req_id=1, error=why, symbol="A/B") == refused
    assert answer("subscribe", spoken, req_id=1, error=why, result={"symbol": "A/B"}) == refused
    assert answer("subscribe", spoken, req_id=1, error=why) == refused
    spoken.ask("subscribe", ["A/B"])
    assert answer("subscribe", spoken, req_id=2, error="Unknown symbol") == [Refused("A/B", "Unknown symbol")]
    assert answer("subscribe", spoken, req_id=2, error="Already subscribed", symbol="A/B") == [Accepted("A/B")]


@pytest.mark.parametrize(
    "why",
    [
        "Exceeded msg rate",
        "Market in cancel_only mode",
        "EService:Busy",
        "Internal error",
        "System is under maintenance",
        "Service unavailable",
        "No.",
    ],
)
def test_a_refusal_that_is_about_now_puts_its_symbols_off(why: str) -> None:
    spoken = Kraken()
    spoken.ask("subscribe", ["A/B", "C/D"])
    both = [Postponed("A/B", why), Postponed("C/D", why)]

    assert answer("subscribe", spoken, req_id=1, error=why, symbol="C/D") == [Postponed("C/D", why)]
    assert answer("subscribe", spoken, error=why, symbol="C/D") == [Postponed("C/D", why)]
    assert answer("subscribe", spoken, req_id=1, error=why) == both
    assert told(json.dumps({"error": why, "success": False, "req_id": 1}), spoken) == both
    assert told(json.dumps({"error": why, "success": False}), spoken) == [Complaint(why)]


def test_how_the_venue_stands_is_told_when_it_changes() -> None:
    spoken = Kraken()

    def status(*systems: Any) -> list[Any]:
        return told(json.dumps({"channel": "status", "data": [{"system": system} for system in systems]}), spoken)

    assert status("online") == []
    assert status("maintenance") == [Venue("Kraken reports: maintenance.", is_trading=False)]
    assert status("maintenance", None, 7) == []
    assert status("cancel_only", "post_only") == [
        Venue("Kraken reports: cancel_only.", is_trading=False),
        Venue("Kraken reports: post_only."),
    ]
    assert status("online") == [Venue()]
    status("maintenance")
    spoken.opened()
    assert status("online") == []
    assert told('{"channel":"status","data":7}') == told('{"channel":"status","data":[7]}') == []


def test_a_failure_that_leaves_open_what_is_subscribed_breaks_the_connection() -> None:
    spoken = Kraken()
    spoken.ask("subscribe", ["A/B", "C/D"])
    nonsense = "Unknown channel"
    assert answer("subscribe", spoken, req_id=1, error=nonsense) == [Broken(f"Kraken failed to subscribe: {nonsense}.")]
    assert answer("subscribe", spoken, req_id=9, error="Busy") == [Broken("Kraken failed to subscribe: Busy.")]

    spoken.ask("unsubscribe", ["A/B"])
    assert answer("unsubscribe", spoken, req_id=2, error="Busy", symbol="A/B") == [
        Broken("Kraken failed to unsubscribe: Busy.")
    ]
    assert answer("unsubscribe", spoken, req_id=2, error="Subscription Not Found", symbol="A/B") == []
    assert answer("unsubscribe", spoken, req_id=2, result={"symbol": "A/B"}) == []


async def test_a_refused_symbol_is_named_and_asked_for_again_once_it_is_wanted_anew_and_over_a_new_connection() -> None:
    async with wire("kraken", unknown=["X/USD"]) as made:
        made.want("A", "X", "B")
        await made.equal("A", "B")
        assert made.feed.status.reason == "Not carried: X (Currency pair not supported X/USD)."
        assert made.feed.status.counts == {counts.REFUSED_SYMBOL: 1}

        made.upstream.unknown.clear()
        made.want("A")
        made.want("A", "X")
        await made.equal("A", "X")
        assert made.feed.status.reason == ""

        made.upstream.unknown.add("Y/USD")
        made.want("A", "Y")
        await until(lambda: "Y (" in made.feed.status.reason, "the refusal")
        made.upstream.unknown.clear()
        made.upstream.abort()
        await made.equal("A", "Y")
        assert made.feed.status.reason == ""


async def test_a_hundred_symbols_a_message() -> None:
    symbols = [f"S{number}" for number in range(250)]
    async with wire("kraken") as made:
        made.want(*symbols)
        await made.equal(*symbols)

        assert [len(message["params"]["symbol"]) for message in made.upstream.heard] == [100, 100, 50]


async def test_a_request_that_failed_as_a_whole_is_made_again_over_a_new_connection() -> None:
    async with wire("kraken") as made:
        made.want("A", "B")
        await made.equal("A", "B")

        await made.upstream.say({"method": "subscribe", "success": False, "error": "Busy", "req_id": 99})

        await until(lambda: len(made.upstream.handshakes) == 2, "another connection")
        await made.equal("A", "B")


async def test_every_ticker_reaches_the_sink_under_our_symbol_also_where_two_share_one() -> None:
    async with wire("kraken") as made:
        made.feed.want({"BTCUSD": "BTC/USD", "XBTUSD": "BTC/USD"})
        await until(lambda: made.upstream.subscribed == {"BTC/USD"}, "the subscription")

        await made.tell("BTC", "64000.10", WALL * 1000)

        await until(lambda: len(made.ticks) == 2, "two ticks")
        assert [(tick.symbol, str(tick.last)) for tick in made.ticks] == [
            ("BTCUSD", "64000.10"),
            ("XBTUSD", "64000.10"),
        ]
