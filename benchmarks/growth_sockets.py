"""Delay from a commit to the last of one owner's sockets, and the server's processor time for an event."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

import psutil
from websockets.asyncio.client import connect

from benchmarks.entry_sites import Site, bodies

EVENTS = 20
PATIENCE = 20
COMMITTED = re.compile(r'"committed":\s*([\d.]+)')


def measure(site: Site, pid: int, counts: list[int], rounds: int) -> dict[str, list[list[float]]]:
    """By the number of sockets, each round's milliseconds until the last socket, and of processor time an event."""
    found: dict[str, list[list[float]]] = {"commit → last socket": [], "server's processor time an event": []}
    for count in counts:
        last, used = asyncio.run(_measure(site, psutil.Process(pid), count, rounds))
        found["commit → last socket"].append(last)
        found["server's processor time an event"].append(used)
    return found


async def _measure(site: Site, server: psutil.Process, count: int, rounds: int) -> tuple[list[float], list[float]]:
    address = f"ws://127.0.0.1:{site.port}/ws/"
    headers = {"Authorization": f"Token {site.token}"}
    sockets = [await connect(address, additional_headers=headers, compression=None) for _ in range(count)]
    for socket in sockets:
        await socket.send(json.dumps({"type": "subscribe", "stream": "orders"}))
    for socket in sockets:
        while json.loads(await socket.recv())["type"] != "subscribed":
            pass
    last, used = [], []
    for _ in range(rounds):
        before, times = _processor(server), []
        for body in bodies(EVENTS):
            placing = asyncio.create_task(asyncio.to_thread(site.send, "POST", "/api/orders/", json.dumps(body)))
            arrived = await asyncio.gather(*(_next(socket) for socket in sockets))
            await placing
            times.append(max(at - committed for committed, at in arrived))
        last.append(sorted(times)[len(times) // 2])
        used.append((_processor(server) - before) * 1000 / EVENTS)
    for socket in sockets:
        await socket.close()
    return last, used


async def _next(socket: Any) -> tuple[float, float]:
    """When the next order was committed and when it arrived; answers heartbeats, as every client must."""
    while True:
        frame = await asyncio.wait_for(socket.recv(), PATIENCE)
        arrived = time.time() * 1000
        if committed := COMMITTED.findall(frame):
            return float(committed[-1]), arrived
        for user, seq in json.loads(frame).get("heads", {}).items():
            await socket.send(json.dumps({"type": "received", "user": user, "seq": seq}))


def _processor(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)
