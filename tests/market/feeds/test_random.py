"""In whatever turn wishes change and faults come: in the end the upstream carries exactly what is wanted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.forms import scaled
from tests.market.fake_upstream import Answer, Flap, Slow
from tests.market.hands import until
from tests.market.wires import PROTOCOLS, QUICK, Wire, wire

# Slow enough that wishes and faults overtake what is being asked for.
MANNERS = replace(QUICK, open_timeout=0.05, close_timeout=0.05, per_second=2000, burst=2)
SILENCE_SECONDS = 0.15
UNKNOWN = "F/USD"

handshakes = st.sampled_from(
    [Flap(), Slow(), Answer(401), Answer(429), Answer(429, (("Retry-After", "0"),)), Answer(500)]
)
operations = st.lists(
    st.one_of(
        st.tuples(st.just("want"), st.sets(st.sampled_from("ABCDEF"))),
        st.tuples(st.just("plan"), handshakes),
        st.tuples(st.sampled_from(["abort", "close", "mute", "speak", "garble", "settle"]), st.none()),
        st.tuples(st.just("turns"), st.integers(1, 20)),
    ),
    max_size=14,
)


async def act(made: Wire, what: str, detail: Any) -> None:
    match what:
        case "want":
            made.want(*sorted(detail))
        case "plan":
            made.upstream.plan(detail)
        case "abort":
            made.upstream.abort()
        case "close":
            await made.upstream.close(1012)
        case "mute" | "speak":
            made.upstream.is_mute = what == "mute"
        case "garble":
            await made.upstream.say("{", {"type": "news"})
        case "turns":
            await until(lambda: True, "some turns of the event loop", in_a_row=detail)


async def play(protocol: str, told: list[tuple[str, Any]]) -> None:
    wanted: set[str] = set()
    options: dict[str, Any] = {"unknown": [UNKNOWN], "only_one": True}
    if protocol == "finnhub":
        options["limit"] = 50
    async with wire(protocol, manners=MANNERS, silence_seconds=SILENCE_SECONDS, **options) as made:
        for what, detail in [*told, ("speak", None), ("settle", None)]:
            await act(made, what, detail)
            wanted = detail if what == "want" else wanted
            if what == "settle" and not made.upstream.is_mute:
                await made.equal(*(wanted - {UNKNOWN[0]}))
        assert made.upstream.most_at_once <= 1
        assert made.feed.status.limit == (50 if protocol == "finnhub" else None)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=scaled(15, 200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=operations)
@example(told=[("want", {"A", "B"}), ("settle", None), ("mute", None), ("want", {"B", "C"}), ("abort", None)])
@example(told=[("want", {"A", "F"}), ("settle", None), ("want", {"A"}), ("want", {"F", "A"}), ("close", None)])
def test_after_random_wishes_and_faults_the_sets_are_equal(protocol: str, told: list[tuple[str, Any]]) -> None:
    asyncio.run(play(protocol, told))
