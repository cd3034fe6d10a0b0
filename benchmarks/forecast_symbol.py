"""What a symbol costs the forecaster: its simulated past, learning from it, each further bar, and memory.

A helper of `benchmarks.forecast`, in a process of its own because of the memory: the resident one, after a first symbol
has loaded whatever all of them share. Times are processor time.
"""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from benchmarks import forecast_database  # noqa: F401 – sets Django up
from benchmarks.helpers import serve
from market.feeds.sim import HISTORY_MINUTES, PRICES, Line
from market.forecaster.apart import Apart
from market.forecaster.engine import Engine
from market.live.bars import SECONDS, Bar
from market.live.listing import Terms

END = datetime(2026, 12, 1, 9, tzinfo=UTC).timestamp()
# After the end of a bar; the feed has completed it by then.
LATER_SECONDS = 5.0
TERMS = Terms(None, Decimal("0.01"), Decimal(1), None)
# Bars of each symbol that are learned one by one.
LATER = 40


def past(number: int, minutes: int) -> list[Bar]:
    return Line(str(number), TERMS, random.Random(number), PRICES["AAPL"]).history(END, minutes)


def cost(symbols: int, bars: int) -> dict[str, list[float]]:
    """Of each symbol milliseconds for its past, seconds to learn `bars`, milliseconds a further bar; MB on average."""
    found: dict[str, list[float]] = {"past": [], "learned": [], "bar": []}
    engine = Engine(Apart(), Apart())
    pasts = []
    for number in range(symbols + 1):
        began = time.process_time()
        past(number, HISTORY_MINUTES)
        found["past"].append((time.process_time() - began) * 1e3)
        pasts.append([(bar.time, bar.text()) for bar in past(number, bars + LATER)])
    asyncio.run(_learn(engine, 0, pasts[0], bars, {"learned": [], "bar": []}))
    before = _resident()
    for number in range(1, symbols + 1):
        asyncio.run(_learn(engine, number, pasts[number], bars, found))
    return found | {"memory": [(_resident() - before) / symbols / 1e6]}


async def _learn(
    engine: Engine, number: int, past: list[tuple[int, str]], bars: int, found: dict[str, list[float]]
) -> None:
    market = engine.follow(str(number), END)
    assert market is not None
    first, later = past[:bars], past[bars:]
    began = time.process_time()
    await market.learn([text for _, text in first], first[-1][0] + SECONDS + LATER_SECONDS)
    learned = time.process_time()
    for start, text in later:
        await market.learn([text], start + SECONDS + LATER_SECONDS)
    assert market.through == later[-1][0]
    found["learned"].append(learned - began)
    found["bar"].append((time.process_time() - learned) / len(later) * 1e3)


def _resident() -> int:
    """Bytes of the process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    serve({"cost": cost})
