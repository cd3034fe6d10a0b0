"""Targets for prices: which of our figures is compared with which of a baseline's, and the ratio's target."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Figure, Spread
from benchmarks.quotes_frames import KINDS
from benchmarks.stream_marks import Kept

# Name, unit, and the target of the ratio to plain Channels.
AGAINST_PLAIN: list[tuple[str, str, dict[str, float]]] = [
    ("prices/core-s", "1/s", {"at_least": 10}),
    ("tick → client p50", "ms", {}),
    ("tick → client p99", "ms", {"at_most": 1 / 2}),
]


def figures(kept: Kept) -> list[Figure]:
    """Every comparison of which both sides were measured."""
    return [*_compared(kept), *_taken_in(kept), *_conflated(kept)]


def _compared(kept: Kept) -> Iterator[Figure]:
    for name, unit, mark in AGAINST_PLAIN:
        theirs, ours = kept.spread("plain", name), kept.spread("ours", name)
        if theirs and ours:
            yield Figure(name, unit, "plain", theirs, ours, **mark)
    theirs, ours = kept.spread("plain", "prices/core-s"), kept.spread("ours", "alike: prices/core-s")
    if theirs and ours:
        yield Figure("prices/core-s, the same symbols for all", "1/s", "plain", theirs, ours)


def _taken_in(kept: Kept) -> Iterator[Figure]:
    """Over a socket, with a target; from memory, compared with each decoder, without one."""
    for kind in KINDS:
        theirs, ours = kept.spread(kind, "socket: decoded"), kept.spread(kind, "socket: ours")
        if theirs and ours:
            yield Figure(f"trades taken in, {kind}", "1/s", "received, json", theirs, ours, at_least=1 / 3)
    for kind in KINDS:
        for decoder in ("json", "json with exact decimals", "orjson"):
            theirs, ours = kept.spread(kind, f"memory: {decoder}"), kept.spread(kind, "memory: ours")
            if theirs and ours:
                yield Figure(f"trades taken in from memory, {kind}", "1/s", decoder, theirs, ours)


def _conflated(kept: Kept) -> Iterator[Figure]:
    """Every viewer must end on the last value sent, and slow clients must not delay quick ones."""
    every = Spread(1, 1, 1)
    final, sent = kept.spread("ours", "final values"), kept.spread("ours", "sent of all")
    if final and sent:
        yield Figure("flat out: final values that are the last ones", "share", "all", every, final, at_least=1)
        yield Figure("flat out: prices sent, of all there were", "share", "every tick", every, sent)
    alone, beside = kept.spread("ours", "alone: tick → client p99"), kept.spread("ours", "beside: tick → client p99")
    if alone and beside:
        yield Figure("tick → client p99 beside slow clients", "ms", "without them", alone, beside, at_most=1.5)
