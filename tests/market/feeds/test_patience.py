"""Symbols that are refused for now, or of which nothing comes: asked for again, and named until something does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from market.feeds import counts, finnhub, kraken
from market.feeds.pace import Patience
from market.live.ticks import State
from tests.market.hands import Hands, until
from tests.market.wires import NEVER, PATIENT, PROTOCOLS, Wire, wire

AT = 1_790_000_000_000.0
WORDS = {"finnhub": ("Invalid symbol A/USD", "no such symbol"), "kraken": ("Currency pair not supported A/USD",) * 2}


@asynccontextmanager
async def asked(protocol: str, patience: Patience, **moods: Any) -> AsyncIterator[tuple[Wire, Hands]]:
    """A and B are wanted of an upstream in these moods."""
    hands = Hands()
    async with wire(protocol, clock=hands.clock, patience=patience, silence_seconds=NEVER) as made:
        vars(made.upstream).update(moods)
        made.want("A", "B")
        yield made, hands


async def reason(made: Wire, text: str) -> None:
    await until(lambda: made.feed.status.reason == text, f"the reason {text!r}")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_symbol_that_is_said_to_be_unknown_is_asked_for_again_after_minutes(protocol: str) -> None:
    complaint, why = WORDS[protocol]
    patience = replace(PATIENT, refused=300)
    async with asked(protocol, patience, moody={"A/USD": complaint}) as (made, hands):
        await reason(made, f"Not carried: A ({why}).")
        await made.equal("B")

        hands.turn(299)
        await made.equal("B")
        hands.turn(1)

        await made.equal("A", "B")
        await reason(made, "")
        assert made.feed.status.counts == {counts.REFUSED_SYMBOL: 1}
        assert len(made.upstream.handshakes) == 1


async def test_a_symbol_that_is_refused_for_now_is_asked_for_again_soon_and_then_ever_later() -> None:
    patience = replace(PATIENT, first=5)
    async with asked("kraken", patience, moody={"A/USD": "Market in cancel_only mode"}) as (made, hands):
        await reason(made, "Not carried: A (Market in cancel_only mode).")
        made.upstream.moody["A/USD"] = "Exceeded msg rate"
        hands.turn(5)
        await reason(made, "Not carried: A (Exceeded msg rate).")

        hands.turn(9)
        await made.equal("B")
        hands.turn(1)
        await made.equal("A", "B")
        await reason(made, "No prices yet: A.")
        await made.tell("A", "5", AT)

        await reason(made, "")
        assert made.feed.status.counts == {counts.NOT_NOW: 2}
        assert len(made.upstream.handshakes) == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_symbol_of_which_nothing_comes_is_asked_for_again_and_named_meanwhile(protocol: str) -> None:
    patience = replace(PATIENT, unheard=5)
    async with asked(protocol, patience, deaf={"A/USD"}) as (made, hands):
        await made.equal("B")
        await made.tell("B", "5", AT)
        await until(lambda: made.ticks, "a price of the other")
        hands.turn(5)
        await reason(made, "No prices yet: A.")
        assert made.feed.status.state is State.LIVE
        assert made.feed.status.counts == {counts.UNHEARD: 1}

        made.upstream.deaf.clear()
        hands.turn(10)
        await made.equal("A", "B")
        await made.tell("A", "5", AT)

        await reason(made, "")
        assert len(made.upstream.handshakes) == 1


async def test_where_nothing_comes_of_any_symbol_the_feed_is_stale_if_prices_come_at_once_else() -> None:
    patience = replace(PATIENT, unheard=5)
    for protocol, state in (("kraken", State.STALE), ("finnhub", State.LIVE)):
        async with asked(protocol, patience) as (made, hands):
            await made.equal("A", "B")  # subscribed, says the upstream, and that is all it says
            hands.turn(5)
            await reason(made, "No prices yet: A, B.")
            await until(lambda made=made, state=state: made.feed.status.state is state, "the state", in_a_row=20)

            await made.tell("B", "5", AT)
            await reason(made, "No prices yet: A.")
            assert made.feed.status.state is State.LIVE


async def test_a_symbol_that_fell_silent_is_subscribed_anew_without_a_word() -> None:
    async with asked("kraken", replace(PATIENT, quiet=300)) as (made, hands):
        await made.equal("A", "B")
        await made.tell("A", "5", AT)
        await until(lambda: made.ticks, "a price")
        made.upstream.heard.clear()

        hands.turn(300)

        await until(lambda: len(made.upstream.heard) == 2, "both requests")
        requests = [(message["method"], message["params"]["symbol"]) for message in made.upstream.heard]
        assert requests == [("unsubscribe", ["A/USD"]), ("subscribe", ["A/USD"])]
        await made.equal("A", "B")
        assert (made.feed.status.reason, made.feed.status.counts) == ("", {})


async def test_while_the_venue_does_not_trade_the_feed_is_stale_and_says_why() -> None:
    async with asked("kraken", PATIENT) as (made, hands):
        await made.equal("A", "B")

        await made.upstream.say({"channel": "status", "type": "update", "data": [{"system": "maintenance"}]})
        await reason(made, "Kraken reports: maintenance.")
        await made.tell("A", "5", AT)
        await until(lambda: made.ticks, "a last price")
        await until(lambda: made.feed.status.state is State.STALE, "still so, heartbeats or not", in_a_row=20)

        await made.upstream.say({"channel": "status", "type": "update", "data": [{"system": "post_only"}]})
        await reason(made, "Kraken reports: post_only.")
        assert made.feed.status.state is State.LIVE
        await made.upstream.say({"channel": "status", "type": "update", "data": [{"system": "maintenance"}]})
        await until(lambda: made.feed.status.state is State.STALE, "maintenance again")
        made.upstream.abort()
        await until(lambda: made.feed.status.state is State.DOWN and hands.waits, "an end")
        hands.turn(1)

        await made.equal("A", "B")
        await reason(made, "")


def test_the_feeds_wait_for_a_symbol_as_its_upstream_tells_of_them() -> None:
    assert kraken.Kraken().patience == Patience(unheard=5, quiet=300, first=5, longest=300, refused=300)
    assert finnhub.Finnhub("").patience == Patience(unheard=60, quiet=1800, first=5, longest=300, refused=300)
