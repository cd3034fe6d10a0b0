"""When a feed connects again, asks and gives up: by a clock whose hands the test turns."""

from __future__ import annotations

from typing import Any

import pytest

from market.feeds.pace import MANNERS
from market.live.ticks import State
from tests.market.fake_upstream import Answer, Flap
from tests.market.hands import Hands, until
from tests.market.wires import PROTOCOLS, Wire, wire

AT = 1_790_000_000_000.0


def turned(protocol: str, hands: Hands, **options: Any) -> Any:
    """A feed with its real manners, by these hands."""
    return wire(protocol, clock=hands.clock, manners=MANNERS, **options)


async def down(made: Wire, hands: Hands) -> float:
    """The connection's end has been dealt with: how long the next one waits."""
    states = (State.DOWN, State.REFUSED)
    await until(lambda: made.feed.status.state in states and not made.upstream.visits and hands.waits, "an end")
    [wait] = hands.waits
    return round(wait, 6)


async def heard(made: Wire) -> None:
    """A message that is sent now has arrived."""
    seen = len(made.ticks)
    await made.tell("A", "5", AT)
    await until(lambda: len(made.ticks) > seen, "a tick")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", [Flap(), Answer(503), Answer(429)])
async def test_an_upstream_that_fails_again_and_again_is_asked_ever_less(protocol: str, fault: Flap | Answer) -> None:
    hands = Hands()
    async with turned(protocol, hands) as made:
        made.want("A")
        await made.equal("A")
        made.upstream.plan(*[fault] * 9)
        made.upstream.abort()

        waits = []
        for number in range(10):
            await until(lambda left=9 - number: made.upstream.planned == left, "a handshake")
            waits.append(await down(made, hands))
            hands.turn(waits[-1])

        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
        await made.equal("A")


@pytest.mark.parametrize(("told_for", "wait"), [(59, 4), (60, 1)])
async def test_waits_begin_anew_only_after_a_minute_in_which_something_was_told(told_for: float, wait: float) -> None:
    hands = Hands()
    async with turned("finnhub", hands, silence_seconds=600) as made:
        made.want("A")
        await made.equal("A")
        for _ in range(2):
            made.upstream.abort()
            hands.turn(await down(made, hands))
            await made.equal("A")

        hands.turn(told_for)
        await heard(made)
        await made.upstream.mute()
        hands.turn(100)
        made.upstream.abort()

        assert await down(made, hands) == wait


@pytest.mark.parametrize(("protocol", "silence"), [("finnhub", 150), ("kraken", 10)])
async def test_silence_is_shown_after_two_thirds_and_ended_after_the_whole(protocol: str, silence: float) -> None:
    hands = Hands()
    async with turned(protocol, hands, silence_seconds=silence) as made:
        made.want("A")
        await made.equal("A")
        await heard(made)
        await made.upstream.mute()

        hands.turn(silence * 2 / 3 - 0.1)
        await until(lambda: made.feed.status.state is State.LIVE, "patience", in_a_row=10)
        hands.turn(0.2)
        await until(lambda: made.feed.status.state is State.STALE, "staleness")
        assert made.feed.status.reason == f"No data received for {silence * 2 / 3:.0f} s."

        made.upstream.is_mute = False
        await heard(made)
        assert (made.feed.status.state, made.feed.status.reason) == (State.LIVE, "")

        await made.upstream.mute()
        hands.turn(silence)
        assert await down(made, hands) == 1
        assert made.feed.status.reason == f"No data received for {silence:g} s."


async def test_kraken_is_asked_for_a_sign_of_life_after_a_third_of_the_silence() -> None:
    hands = Hands()
    async with turned("kraken", hands, silence_seconds=10, beat_seconds=3600) as made:
        await until(lambda: made.feed.status.state is State.LIVE, "the first message")
        for number in range(1, 5):
            hands.turn(3.4)
            await until(lambda n=number: [m["method"] for m in made.upstream.heard] == ["ping"] * n, "a ping")
            await until(lambda: made.feed._heard == hands.time, "the answer")

        assert made.feed.status.state is State.LIVE
        assert len(made.upstream.handshakes) == 1


@pytest.mark.parametrize("code", [401, 403])
async def test_a_refused_key_is_shown_and_tried_again_every_five_minutes(code: int) -> None:
    hands = Hands()
    async with turned("finnhub", hands) as made:
        made.want("A")
        await made.equal("A")
        made.upstream.plan(Answer(code), Answer(code))
        made.upstream.abort()
        hands.turn(await down(made, hands))

        for left in (1, 0):
            await until(lambda n=left: made.upstream.planned == n, "a handshake")
            await until(lambda: made.feed.status.state is State.REFUSED, "the refusal")
            assert made.feed.status.reason == f"Access refused (HTTP {code}); retrying every 5 minutes."
            assert await down(made, hands) == 300
            hands.turn(300)

        await made.equal("A")
        assert made.feed.status.reason == ""


@pytest.mark.parametrize(
    ("code", "told", "wait", "said"),
    [
        (429, "17", 17 + 2, "HTTP 429); asked to wait 17 s."),
        (503, "Mon, 21 Sep 2026 14:14:20 GMT", 59 + 2, "HTTP 503); asked to wait 59 s."),
        (429, "999999", 3600 + 2, "HTTP 429); asked to wait 3600 s."),
        (429, "soon", 2, "HTTP 429)."),
    ],
)
async def test_who_asks_to_wait_is_left_alone_so_long_and_no_longer_than_an_hour(
    code: int, told: str, wait: float, said: str
) -> None:
    hands = Hands()
    async with turned("finnhub", hands) as made:
        made.want("A")
        await made.equal("A")
        made.upstream.plan(Answer(code, (("Retry-After", told),)))
        made.upstream.abort()
        hands.turn(await down(made, hands))  # one second

        await until(lambda: not made.upstream.planned and "HTTP" in made.feed.status.reason, "the answer")
        assert await down(made, hands) == wait
        assert made.feed.status.reason == f"No connection ({said}"
        hands.turn(wait)
        await made.equal("A")


async def test_four_messages_a_second_after_a_burst_of_ten_and_nothing_that_is_no_longer_wanted() -> None:
    hands = Hands()
    async with turned("finnhub", hands) as made:
        made.want(*"ABCDEFGHIJKLMNOP")
        await until(lambda: len(made.upstream.subscribed) == 10, "the burst")
        for number in (11, 12):
            await until(lambda: hands.waits and hands.waits[0] <= 0.25, "a wait")
            assert len(made.upstream.subscribed) == number - 1
            hands.turn(0.25)
            await until(lambda n=number: len(made.upstream.subscribed) == n, "one more")

        made.want(*"ABCDEFGHIJP")
        for _ in range(2):
            await until(lambda: hands.waits and hands.waits[0] <= 0.25, "a wait")
            hands.turn(0.25)
        hands.turn(0.25)

        await made.equal(*"ABCDEFGHIJP")
        asked = [(message["type"], message["symbol"][0]) for message in made.upstream.heard]
        subscribed, unsubscribed = (
            [("subscribe", "K"), ("subscribe", "L")],
            [("unsubscribe", "K"), ("unsubscribe", "L")],
        )
        assert asked[10:] == [*subscribed, *unsubscribed, ("subscribe", "P")]


async def test_what_was_wanted_and_dropped_during_an_outage_is_never_asked_for() -> None:
    hands = Hands()
    async with turned("kraken", hands) as made:
        made.want("A", "B")
        await made.equal("A", "B")
        made.upstream.abort()
        wait = await down(made, hands)
        made.upstream.heard.clear()

        made.want("B", "C")
        made.want("B", "D")
        hands.turn(wait)

        await made.equal("B", "D")
        assert [message["params"]["symbol"] for message in made.upstream.heard] == [["B/USD", "D/USD"]]
