"""Trades that a feed receives, validates and turns into quotes and bars, compared with only decoding the same frames.

Runs in its own process: `helpers.helper("quotes_intake")`. `in_memory` has the frames in memory, `over_a_socket` gets
them from another process; both count trades a second of this process's processor time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import django
import orjson
from websockets.asyncio.client import connect

from benchmarks import helpers, quotes_frames
from benchmarks.quotes_frames import KINDS, SYMBOLS, UPSTREAM
from benchmarks.served import ROOT

DECODERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "json with exact decimals": partial(json.loads, parse_float=Decimal),
    "orjson": orjson.loads,
}


def guarded_runner(feed: Any) -> Any:
    """The sink of a feed's ticks: the product's guard, followed by its runner."""
    from market.feeds.guard import Guard
    from market.live.listing import Listing
    from market.live.runner import Runner

    sinks = []

    def guard(sink: Any) -> Any:
        sinks.append(Guard(sink, feed.status))
        return sinks[0]

    Runner(feed, guard, Listing(), [])
    return sinks[0]


def spoken(kind: str, url: str = "") -> Any:
    """The dialect of these frames."""
    from market.feeds.finnhub import Finnhub
    from market.feeds.kraken import Kraken

    return Finnhub("key", url) if kind.startswith("finnhub") else Kraken(url)


def in_memory(kind: str, trades: int) -> dict[str, float]:
    texts = quotes_frames.frames(kind, trades)
    found = {}
    for name, decode in DECODERS.items():
        began = time.process_time()
        for text in texts:
            decode(text)
        found[name] = trades / (time.process_time() - began)
    return found | {"ours": trades / _received(kind, texts)}


def _received(kind: str, texts: Sequence[str]) -> float:
    from market.feeds.clock import CLOCK
    from market.feeds.intake import Intake
    from market.feeds.interest import Interest
    from market.feeds.upstream import Upstream

    dialect = spoken(kind)
    feed = Upstream(dialect, None)
    sink, interest = guarded_runner(feed), Interest()
    interest.want(UPSTREAM)
    intake = Intake(dialect, interest, feed.status, asyncio.Event(), CLOCK, 3600)
    began = time.process_time()
    for text in texts:
        intake.receive(text, sink)
    used = time.process_time() - began
    _check(feed)
    return used


def over_a_socket(kind: str, trades: int) -> dict[str, float]:
    with upstream(kind, trades) as port:
        url = f"ws://127.0.0.1:{port}"
        decoded = asyncio.run(_decoded(url, trades // KINDS[kind][0]))
        return {"decoded": trades / decoded, "ours": trades / asyncio.run(_taken(kind, url, trades))}


@contextmanager
def upstream(kind: str, trades: int) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.quotes_frames", kind, str(trades)]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait(10)


async def _decoded(url: str, frames: int) -> float:
    """Seconds of processor time for receiving and decoding `frames` frames, and nothing else."""
    async with connect(url, compression=None) as connection:
        await connection.send(SYMBOLS[-1])
        json.loads(await connection.recv())
        began = time.process_time()
        for _ in range(frames - 1):
            json.loads(await connection.recv())
        return time.process_time() - began


async def _taken(kind: str, url: str, trades: int) -> float:
    """The same for the product's feed, also from its first trade on."""
    from market.feeds.pace import Manners
    from market.feeds.upstream import Upstream

    feed = Upstream(spoken(kind, url), None, manners=Manners(per_second=1e6, burst=1000))
    guarded, done = guarded_runner(feed), asyncio.Event()
    told, began = 0, 0.0

    def sink(tick: Any) -> None:
        nonlocal told, began
        began = began or time.process_time()
        guarded(tick)
        told += 1
        if told == trades:
            done.set()

    feed.want(UPSTREAM)
    task = asyncio.ensure_future(feed.run(sink))
    try:
        async with asyncio.timeout(60):
            await done.wait()
        used = time.process_time() - began
        _check(feed)
        return used
    finally:
        task.cancel()
        await asyncio.wait([task])


def _check(feed: Any) -> None:
    """Check that every trade was accepted: a rejected one costs less."""
    if feed.status.counts:
        raise SystemExit(f"Not all trades were accepted: {feed.status.counts}")


if __name__ == "__main__":
    django.setup()
    helpers.serve({"in_memory": in_memory, "over_a_socket": over_a_socket})
