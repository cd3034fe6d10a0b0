"""How long after a POST, and after its commit, the order's frame is at the client: the product beside plain Channels.

Both run on Daphne with SQLite and one Valkey, in turn, several rounds; the table and the JSON give the median of the
rounds with its spread, and the ratio to the baseline of the same run. `python -m benchmarks.stream [--rounds N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from benchmarks import outcome, served
from benchmarks.figures import percentile
from benchmarks.served import Served

WARM_UP = 20


def place(client: http.client.HTTPConnection, server: Served, number: int) -> None:
    body = {
        "client_order_id": f"bench-{time.time_ns()}-{number}"[:36],
        "symbol": "AAPL",
        "side": "buy",
        "quantity": "18",
        "price": "585.33",
    }
    headers = {"Authorization": f"Token {server.token}", "Content-Type": "application/json"}
    client.request("POST", "/api/orders/", json.dumps(body), headers)
    answer = client.getresponse()
    text = answer.read()
    if answer.status != 201:
        raise SystemExit(f"{server.name} answered {answer.status}: {text[:300]!r}")


async def measure(server: Served, orders: int) -> dict[str, list[float]]:
    """Milliseconds of each order: POST begun → frame here, commit → frame here."""
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": f"Token {server.token}"}
    figures: dict[str, list[float]] = {"post_to_frame": [], "commit_to_frame": []}
    async with connect(f"ws://127.0.0.1:{server.port}/ws/", additional_headers=headers, compression=None) as socket:
        if server.name == "product":
            await socket.send(json.dumps({"type": "subscribe", "stream": "orders"}))
        for number in range(WARM_UP + orders):
            begun = time.time() * 1000
            posting = asyncio.create_task(asyncio.to_thread(place, client, server, number))
            committed, arrived = await next_order(socket)
            await posting
            if number >= WARM_UP:
                figures["post_to_frame"].append(arrived - begun)
                figures["commit_to_frame"].append(arrived - committed)
    client.close()
    return figures


async def next_order(socket: Any) -> tuple[float, float]:
    """When the next order was committed, and when its frame was here; heartbeats are answered."""
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 10))
        arrived = time.time() * 1000
        if "order" in frame:
            return frame["committed"], arrived
        if frame["type"] == "events":
            event = frame["events"][-1]
            await socket.send(json.dumps({"type": "received", "user": event["user"], "seq": event["seq"]}))
            return event["hops"]["committed"], arrived


def run(rounds: int, orders: int) -> dict[str, Any]:
    figures: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder, served.broker() as redis_url:
            for start in (served.plain, served.product):
                with start(Path(folder), redis_url) as server:
                    print(f"round {number + 1} of {rounds}: {server.name}", flush=True)
                    for name, values in asyncio.run(measure(server, orders)).items():
                        kept = figures.setdefault(name, {})
                        kept.setdefault(f"{server.name}_p50", []).append(statistics.median(values))
                        kept.setdefault(f"{server.name}_p99", []).append(percentile(values, 0.99))
    return {name: summary(kept) for name, kept in figures.items()}


def summary(kept: dict[str, list[float]]) -> dict[str, Any]:
    """Median and spread of the rounds, and the ratio product / plain of each percentile."""
    rows: dict[str, Any] = {
        name: {"median": statistics.median(values), "low": min(values), "high": max(values)}
        for name, values in kept.items()
    }
    for share in ("p50", "p99"):
        rows[f"ratio_{share}"] = rows[f"product_{share}"]["median"] / rows[f"plain_{share}"]["median"]
    return rows


def table(figures: dict[str, Any]) -> str:
    lines = [f"{'milliseconds':<18}{'':<5}{'plain Channels':>26}{'order monitor':>26}{'ratio':>8}"]
    for name, rows in figures.items():
        for share in ("p50", "p99"):
            cells = [rows[f"{who}_{share}"] for who in ("plain", "product")]
            shown = [f"{cell['median']:.2f} ({cell['low']:.2f}–{cell['high']:.2f})" for cell in cells]
            ratio = rows[f"ratio_{share}"]
            lines.append(f"{name:<18}{share:<5}{shown[0]:>26}{shown[1]:>26}{ratio:>8.2f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--orders", type=int, default=200, help="orders a round")
    options = parser.parse_args()
    figures = run(options.rounds, options.orders)
    about = {"unit": "milliseconds", "baseline": "plain Channels: benchmarks/plain_channels"}
    outcome.write("stream", figures, rounds=options.rounds, orders=options.orders, **about)
    print(table(figures))


if __name__ == "__main__":
    main()
