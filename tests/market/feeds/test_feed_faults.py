"""Whatever an upstream does to its connection: afterwards it carries exactly what is wanted, over one connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

import psutil
import pytest

from market.feeds import counts, finnhub
from market.feeds.guard import Guard
from market.feeds.upstream import MESSAGES_A_TURN
from market.live.ticks import State, Tick
from tests.market.fake_upstream import Answer, FakeFinnhub, Flap, Slow
from tests.market.hands import running, turns, until
from tests.market.wires import KEY, PROTOCOLS, QUICK, Wire, wire

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)

Fault = Callable[[Wire], Awaitable[None]]
AT = 1_790_000_000_000.0


async def abort(made: Wire) -> None:
    made.upstream.abort()


async def close(made: Wire) -> None:
    await made.upstream.close(1012)


async def flap(made: Wire) -> None:
    made.upstream.plan(*[Flap()] * 5)
    made.upstream.abort()


async def too_many_requests(made: Wire) -> None:
    made.upstream.plan(Answer(429), Answer(429, (("Retry-After", "0"),)))
    made.upstream.abort()


async def refuse(made: Wire) -> None:
    made.upstream.plan(Answer(401), Answer(403))
    made.upstream.abort()


async def fail(made: Wire) -> None:
    made.upstream.plan(Answer(500), Answer(503), Answer(404))
    await made.upstream.close(1001)


async def second_connection(made: Wire) -> None:
    """Somebody else connects with the same key: the upstream drops both."""
    other = finnhub.feed(KEY, made.upstream.url, manners=replace(QUICK, first_wait=60, longest_wait=60))
    async with running(other, made.ticks.append):
        await until(lambda: other.status.state is State.DOWN, "the other one's end")


@pytest.mark.parametrize("fault", [abort, close, flap, too_many_requests, refuse, fail])
async def test_after_a_fault_the_upstream_carries_what_is_wanted(protocol: str, fault: Fault) -> None:
    async with wire(protocol) as made:
        made.want("A", "B", "C")
        await made.equal("A", "B", "C")
        seen = len(made.upstream.handshakes)

        await fault(made)
        made.want("B", "C", "D")

        await until(lambda: len(made.upstream.handshakes) > seen and not made.upstream.planned, "another connection")
        await made.equal("B", "C", "D")
        assert made.upstream.most_at_once == 1
        await made.tell("D", "5", AT)
        assert (await until(lambda: made.ticks, "a tick"))[0].symbol == "D"


async def test_a_second_connection_drops_both_and_ours_comes_back(protocol: str) -> None:
    async with wire(protocol, only_one=True) as made:
        made.want("A", "B")
        await made.equal("A", "B")

        await second_connection(made)

        await made.equal("A", "B")


async def test_a_silent_connection_is_dropped_and_made_anew(protocol: str) -> None:
    async with wire(protocol, silence_seconds=0.2) as made:
        made.want("A")
        await made.equal("A")

        made.upstream.is_mute = True
        await until(lambda: made.feed.status.state is State.STALE, "staleness")
        await until(lambda: len(made.upstream.handshakes) >= 3, "connections that stay silent")
        made.want("A", "B")
        made.upstream.is_mute = False

        await made.equal("A", "B")
        assert made.upstream.most_at_once == 1


async def test_an_upstream_that_does_not_even_take_leave_is_left_alone_soon(protocol: str) -> None:
    async with wire(protocol, silence_seconds=0.2, manners=replace(QUICK, close_timeout=0.05), only_one=False) as made:
        made.want("A")
        await made.equal("A")
        seen = len(made.upstream.handshakes)

        made.upstream.is_mute = True
        made.upstream.hang()
        await until(lambda: len(made.upstream.handshakes) > seen, "another connection")
        made.upstream.is_mute = False
        for visit in made.upstream.visits[:-1]:
            visit.connection.transport.abort()

        await made.equal("A")


async def test_a_handshake_without_an_end_is_given_up(protocol: str) -> None:
    async with wire(protocol, manners=replace(QUICK, open_timeout=0.1)) as made:
        made.upstream.plan(Slow(), Slow())
        made.want("A")

        await until(lambda: "TimeoutError" in made.feed.status.reason, "a handshake given up")
        await until(lambda: not made.upstream.planned, "another handshake given up")
        made.want("B")

        await made.equal("B")
        assert made.upstream.most_at_once == 1


async def test_what_nobody_understands_is_counted_and_changes_nothing(protocol: str) -> None:
    async with wire(protocol) as made:
        made.want("A")
        await made.equal("A")

        await made.upstream.say("{", "", b"\xff\xfe", '{"type":"trade","data":[1e99999999999999999999]}', "[" * 100_000)
        await made.upstream.say([], 7, None, "null", {"type": "news"}, {"channel": "news"}, {"type": ["trade"]})
        await made.tell("A", "5", AT)

        await until(lambda: made.ticks, "the tick after all that")
        assert made.feed.status.counts == {counts.MALFORMED: 5, counts.UNKNOWN: 7}
        assert len(made.upstream.handshakes) == 1
        assert made.feed.status.state is State.LIVE


async def test_ten_thousand_ticks_at_once_all_arrive_while_wishes_change(protocol: str) -> None:
    async with wire(protocol) as made:
        made.want("A")
        await made.equal("A")

        async def burst() -> None:
            for number in range(10_000):
                await made.tell("A", f"{100 + number % 7}.5", AT + number)

        bursting = asyncio.create_task(burst())
        await until(lambda: made.ticks, "the first tick")
        made.want("A", "B")
        await bursting

        await until(lambda: len(made.ticks) >= 10_000, "all of them")
        await made.equal("A", "B")
        assert [tick.at for tick in made.ticks] == [AT + number for number in range(10_000)]
        assert made.ticks[3].last == Decimal("103.5")


async def test_a_flood_leaves_the_event_loop_its_turns(protocol: str) -> None:
    async with turns() as so_far:
        seen: list[int] = []
        async with wire(protocol, sink=lambda _: seen.append(so_far())) as made:
            made.want("A")
            await made.equal("A")
            for number in range(5_000):
                await made.tell("A", "100", AT + number)
            await until(lambda: len(seen) == 5_000, "all of them")

    assert max(len(list(ticks)) for _, ticks in groupby(seen)) <= 2 * MESSAGES_A_TURN


async def test_over_a_gap_no_tick_is_doubled_or_goes_back(protocol: str) -> None:
    async with wire(protocol) as made:
        passed: list[Tick] = []
        guard = Guard(passed.append, made.feed.status)
        made.want("A")
        await made.equal("A")
        now = guard._clock.wall() * 1000 // 1
        await made.tell("A", "100", now)
        await made.tell("A", "101", now + 10)

        made.upstream.abort()
        await until(lambda: len(made.upstream.handshakes) == 2, "another connection")
        await made.equal("A")
        for price, at in (("101", 10), ("99", 5), ("102", 20), ("250", 21), ("103", 30)):
            await made.tell("A", price, now + at)

        await until(lambda: len(made.ticks) == 7, "all ticks")
        for tick in made.ticks:
            guard(tick)
        assert [str(tick.last) for tick in passed] == ["100", "101", "102", "103"]
        assert made.feed.status.counts == {counts.DUPLICATE: 1, counts.OLD: 1, counts.FAR: 1}


async def test_late_ticks_of_what_is_no_longer_wanted_reach_nobody(protocol: str) -> None:
    async with wire(protocol) as made:
        made.want("A", "B")
        await made.equal("A", "B")
        made.want("B")
        await made.equal("B")

        await made.tell("A", "5", AT)
        await made.tell("B", "5", AT)

        await until(lambda: made.ticks, "a tick")
        assert [tick.symbol for tick in made.ticks] == ["B"]
        assert made.feed.status.counts == {counts.UNWANTED: 1}


async def test_a_sink_that_fails_ends_nothing(protocol: str, caplog: pytest.LogCaptureFixture) -> None:
    passed: list[Tick] = []
    reasons: list[str] = []

    def sink(tick: Tick) -> None:
        if not passed:
            passed.append(tick)
            raise RuntimeError("the sink is full")
        passed.append(tick)

    async with wire(protocol, sink=sink) as made:
        made.want("A")
        await made.equal("A")
        await made.tell("A", "5", AT)
        await until(lambda: reasons.append(made.feed.status.reason) or len(made.upstream.handshakes) == 2, "the next")
        await made.equal("A")
        await made.tell("A", "6", AT)

        await until(lambda: len(passed) == 2, "the next tick")
    assert "the sink is full" in caplog.text
    assert "full" not in "".join(reasons)
    assert "Internal error (RuntimeError)." in reasons


@pytest.mark.parametrize("moment", ["handshake", "connected", "waiting", "hanging"])
async def test_a_feed_that_is_stopped_ends_and_leaves_no_connection(protocol: str, moment: str) -> None:
    manners = replace(QUICK, close_timeout=0.05, refused_wait=3600)
    async with wire(protocol, manners=manners) as made:
        made.want("A")
        await made.equal("A")
        if moment in ("handshake", "waiting"):
            made.upstream.plan(Slow() if moment == "handshake" else Answer(401))
            made.upstream.abort()
            await until(lambda: not made.upstream.planned, "a handshake")
        if moment == "hanging":
            made.upstream.hang()

        assert made.task is not None
        made.task.cancel()
        await asyncio.wait([made.task])

        assert made.task.cancelled()
        made.upstream.unhang()
        made.upstream.hurry.set()
        await until(lambda: not made.upstream.visits, "no connection", in_a_row=20)


async def test_a_feed_that_is_stopped_twice_does_not_wait_for_a_goodbye(protocol: str) -> None:
    async with wire(protocol, manners=replace(QUICK, close_timeout=3600)) as made:
        made.want("A")
        await made.equal("A")
        made.upstream.hang()
        assert made.task is not None
        port = int(made.upstream.url.rsplit(":", 1)[1])

        made.task.cancel()
        await until(lambda: made.task.cancelling() == 1, "the first", in_a_row=20)  # type: ignore[union-attr]
        assert not made.task.done()
        made.task.cancel()
        await asyncio.wait([made.task])

        def open_connections() -> list[Any]:
            connections = psutil.Process().net_connections("tcp")
            return [found for found in connections if found.raddr and found.raddr.port == port]

        await until(lambda: all(found.status != "ESTABLISHED" for found in open_connections()), "no connection")


async def test_the_key_is_shown_nowhere(protocol: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with wire(protocol) as made:
            reasons = {made.feed.status.reason}
            made.upstream.plan(
                Answer(401), Answer(429), Answer(302, (("Location", "/elsewhere"),)), Answer(500), Flap()
            )
            made.want("A")
            await until(lambda: reasons.add(made.feed.status.reason) or not made.upstream.planned, "all answers")
            await made.equal("A")
            await made.upstream.say({"type": "error", "msg": f"no more of {KEY} today", "error": "Busy"}, "{")
            await until(lambda: made.feed.status.counts.get(counts.MALFORMED), "the messages")
            made.upstream.abort()
            await until(lambda: reasons.add(made.feed.status.reason) or len(reasons) > 3, "an end")
    assert len(reasons) > 3
    for shown in (caplog.text, *reasons, repr(made.feed), str(made.feed.status)):
        assert "s3cr3t" not in shown
    if protocol == "finnhub":
        assert made.upstream.handshakes[0] == "/?token=s3cr3t%2Bkey%2Fof%3Dours"


async def test_an_address_that_is_none_is_told_without_the_key(protocol: str) -> None:
    async with FakeFinnhub() as upstream:
        feed = finnhub.feed(KEY, upstream.url.replace("ws://", f"{protocol}://"), manners=QUICK)
        async with running(feed, print):
            await until(lambda: feed.status.state is State.DOWN, "a failure")
    assert feed.status.reason == "No connection (InvalidURI)."
