"""A crowd of clients in one process: `python -m tests.faults.storm TASK`, TASK being {"ports", "people", "clients"}.

People are [name, token]. It prints a JSON line once all are live, another after they were all cut off and are live
again, and a last one when it ends, with its input: for each what it was told, how it was cut off, when it was back, in
unix seconds, and how many attempts failed.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

# Judges nothing: what takes so long will not come any more, however busy the machine is.
HANG_SECONDS = 60
# A client that was refused tries again, later each time; as many as these wait differently.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 4.0


@dataclass
class One:
    """What one client has gone through since it was live for the first time."""

    hint_ms: int | None = None
    codes: list[int | None] = field(default_factory=list)
    live_at: float | None = None
    failures: int = 0
    lives: int = 0


async def follow(port: int, name: str, token: str, one: One, changed: asyncio.Event) -> None:
    pause, last = FIRST_PAUSE, None
    options: dict[str, Any] = {"additional_headers": {"Authorization": f"Token {token}"}, "compression": None}
    options |= {"proxy": None, "open_timeout": HANG_SECONDS, "ping_timeout": HANG_SECONDS}
    while True:
        try:
            url = f"ws://127.0.0.1:{port}/ws/"
            async with connect(url, **options) as line:
                position = {} if last is None else {"after": last}
                await line.send(json.dumps({"type": "subscribe", "stream": "orders", **position}))
                with suppress(ConnectionClosed):
                    async for text in line:
                        frame = json.loads(text)
                        last = await heard(frame, line, name, last)
                        if frame["type"] == "going_away":
                            one.hint_ms = frame["reconnect_after_ms"]
                        elif frame["type"] == "subscribed":
                            one.lives, one.live_at, pause = one.lives + 1, time.time(), FIRST_PAUSE
                            changed.set()
                one.codes.append(line.close_code)
            wait = (one.hint_ms or 0) / 1000
        except (OSError, WebSocketException):
            one.failures += 1
            wait, pause = pause * (0.5 + random.random()), min(LONGEST_PAUSE, 2 * pause)
        await asyncio.sleep(wait)


async def heard(frame: dict[str, Any], line: Any, name: str, last: int | None) -> int | None:
    """The newest number after this frame, which is answered where it asks."""
    if frame["type"] == "subscribed" and last is None:
        return int(frame["head"])
    if frame["type"] == "heartbeat":
        await line.send(json.dumps({"type": "received", "user": name, "seq": last or 0}))
    return max([last or 0, *(event["seq"] for event in frame.get("events", []))])


def tell(crowd: list[One]) -> None:
    print(json.dumps([asdict(one) for one in crowd]), flush=True)


async def main(task: dict[str, Any]) -> None:
    changed = asyncio.Event()
    crowd = [One() for _ in range(task["clients"])]
    running = []
    for number, one in enumerate(crowd):
        name, token = task["people"][number % len(task["people"])]
        port = task["ports"][number % len(task["ports"])]
        running.append(asyncio.create_task(follow(port, name, token, one, changed)))
    for lives in (1, 2):
        while not all(one.lives >= lives for one in crowd):
            await changed.wait()
            changed.clear()
        tell(crowd)
        for one in crowd:
            one.failures = 0 if lives == 1 else one.failures
    await asyncio.to_thread(sys.stdin.read)
    tell(crowd)
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
