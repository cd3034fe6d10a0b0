"""Seeded frames in the formats of Finnhub and Kraken, and an upstream that sends them as fast as it can.

`python -m benchmarks.quotes_frames KIND TRADES` listens on a free port, prints it, and sends to every client that
subscribes to the last of SYMBOLS.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

SYMBOLS = tuple(f"Q{number:02}" for number in range(50))
UPSTREAM = {symbol: f"BENCH:{symbol}" for symbol in SYMBOLS}
# Times start in the past, so that none is in the future when it is read.
AGO_SECONDS = 20.0
STEP_SECONDS = 0.0005


class Walk:
    """A seeded random walk of prices in whole cents, with increasing times."""

    def __init__(self, count: int) -> None:
        self._rng = random.Random(1)
        self._cents = {symbol: self._rng.randint(5_000, 50_000) for symbol in SYMBOLS}
        self._at = time.time() - AGO_SECONDS - count * STEP_SECONDS

    def step(self) -> tuple[str, int, float]:
        """A symbol by the upstream's name, its price in cents, the time in seconds."""
        symbol = self._rng.choice(SYMBOLS)
        self._cents[symbol] += self._rng.choice((-1, 0, 1))
        self._at += STEP_SECONDS
        return UPSTREAM[symbol], self._cents[symbol], self._at

    def volume(self) -> float:
        return self._rng.randint(1, 9999) / 1000


def finnhub(walk: Walk, trades: int = 1) -> str:
    data = []
    for _ in range(trades):
        name, cents, at = walk.step()
        data.append({"c": ["1", "12"], "p": cents / 100, "s": name, "t": int(at * 1000), "v": walk.volume()})
    return _text({"data": data, "type": "trade"})


def kraken(walk: Walk) -> str:
    name, cents, at = walk.step()
    amounts = {
        "bid": cents - 1,
        "ask": cents + 1,
        "last": cents,
        "vwap": cents + 7,
        "low": cents - 99,
        "high": cents + 99,
    }
    row = {"symbol": name, **{key: value / 100 for key, value in amounts.items()}}
    row |= {
        "bid_qty": walk.volume(),
        "ask_qty": walk.volume(),
        "volume": 26374.0625,
        "change": -1.25,
        "change_pct": -0.53,
    }
    row["timestamp"] = datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
    return _text({"channel": "ticker", "type": "update", "data": [row]})


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))


# Name → trades a frame, and the function that builds a frame.
KINDS: dict[str, tuple[int, Callable[[Walk], str]]] = {
    "finnhub, 1 trade a frame": (1, finnhub),
    "finnhub, 10 trades a frame": (10, lambda walk: finnhub(walk, 10)),
    "kraken, a ticker a frame": (1, kraken),
}


def frames(kind: str, trades: int) -> list[str]:
    """Frames with `trades` trades in all."""
    each, make = KINDS[kind]
    walk = Walk(trades)
    return [make(walk) for _ in range(trades // each)]


async def main(kind: str, trades: int) -> None:
    async def send(connection: ServerConnection) -> None:
        async for message in connection:
            if SYMBOLS[-1] in str(message):
                for text in frames(kind, trades):
                    await connection.send(text)

    async with serve(send, "127.0.0.1", 0, compression=None) as server:
        print(json.dumps(next(iter(server.sockets)).getsockname()[1]), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
