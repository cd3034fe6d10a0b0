"""How each cost grows: with orders and events, with owners, with sockets, with server processes.

`python -m benchmarks.growth [--rounds N] [--database sqlite] [--orders 1000 5000 20000] [--owners 1 10 100 300]
[--sockets 1 10 50 200]`. The baseline of each curve is its own first point. `python -m benchmarks.plots` draws them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import growth_sockets, outcome, served
from benchmarks.entry_sites import Site, bodies, databases, environment, manage, product
from benchmarks.figures import Figure, Spread, table

ORDERS = "/api/orders/"
LIST = 1000
OF_EACH = 10
CLIENTS = 4
REQUESTS = 25
PROCESSES = [1, 2]
AXES = ("orders", "events", "owners", "sockets", "processes")
FIRST_PAGE = f"{ORDERS}?page_size=100"
NEW = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33"}
OWNERS = """
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
for number in range({first}, {last}):
    print("token", Token.objects.create(user=User.objects.create(username=f"owner-{{number}}")).key)
"""

Curves = dict[str, list[list[float]]]


def milliseconds(action: Callable[..., Any], *arguments: Any) -> float:
    began = time.perf_counter()
    action(*arguments)
    return (time.perf_counter() - began) * 1000


def reading(site: Site, path: str, rounds: int) -> list[float]:
    return [milliseconds(site.get, path) for _ in range(rounds)]


def placing(site: Site, rounds: int) -> list[float]:
    return [milliseconds(site.send, "POST", ORDERS, json.dumps(body)) for body in bodies(rounds)]


def of_orders(site: Site, counts: list[int], rounds: int) -> tuple[Curves, Curves]:
    """Times of reading and placing by the number of one owner's orders, and of reading a log of as many events."""
    orders: Curves = defaultdict(list)
    events: Curves = defaultdict(list)
    held = 0
    for count in counts:
        while held < count:
            some = min(LIST, count - held)
            site.send("POST", ORDERS, json.dumps(bodies(some)))
            held += some
        orders["first page of 100"].append(reading(site, FIRST_PAGE, rounds))
        orders["a search that finds nothing"].append(reading(site, f"{ORDERS}?search=zzzzqq", rounds))
        for name, after in (("oldest 1,000 of the log", 0), ("newest 1,000 of the log", held - LIST)):
            path = f"/api/events/?after={max(0, after)}&limit={LIST}"
            events[name].append(reading(site, path, rounds))
        orders["placing one"].append(placing(site, rounds))
        held += rounds
    return orders, events


def of_owners(site: Site, surroundings: dict[str, str], counts: list[int], rounds: int) -> Curves:
    """Times for one owner, and for a user who watches all, by the number of owners; each has ten orders."""
    found: Curves = defaultdict(list)
    for first, last in pairwise([0, *counts]):
        made = manage(surroundings, "shell", "-v0", "-c", OWNERS.format(first=first, last=last))
        keys = [line.split()[1] for line in made.splitlines() if line.startswith("token ")]
        for key in keys:
            one = site.again(key)
            one.send("POST", ORDERS, json.dumps(bodies(OF_EACH)))
        found["an owner's first page"].append(reading(one, FIRST_PAGE, rounds))
        found["everyone's first page"].append(reading(site, f"{FIRST_PAGE}&user=*", rounds))
        found["placing one"].append(placing(one, rounds))
    return found


def of_processes(site: Site, surroundings: dict[str, str], counts: list[int], rounds: int) -> Curves:
    """Requests a second of four clients, by the number of server processes they are spread over."""

    def pages(client: Site) -> None:
        for _ in range(REQUESTS):
            client.get(FIRST_PAGE)

    def places(client: Site) -> None:
        for _ in range(REQUESTS):
            client.send("POST", ORDERS, json.dumps(NEW))

    found: Curves = defaultdict(list)
    for count in counts:
        with ExitStack() as stack:
            servers = [stack.enter_context(served.web(surroundings)) for _ in range(count)]
            clients = [site.again(port=servers[number % count].port) for number in range(CLIENTS)]
            pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
            for name, work in (("first pages of 100", pages), ("orders placed", places)):
                taken = [milliseconds(list, pool.map(work, clients)) for _ in range(rounds)]
                found[name].append([REQUESTS * CLIENTS * 1000 / each for each in taken])
    return found


def run(options: argparse.Namespace) -> tuple[dict[str, Any], float | None]:
    """Each axis: its points, its unit and its curves; and the bytes that an order with its event takes on SQLite."""
    axes: dict[str, Any] = {}
    bytes_each: float | None = None

    def keep(axis: str, unit: str, points: list[int], curves: Curves) -> None:
        print(f"{axis}: {points}", flush=True)
        spreads = {name: [Spread.of(rounds) for rounds in found] for name, found in curves.items()}
        axes[axis] = {"unit": unit, "points": points, "curves": spreads}

    with (
        tempfile.TemporaryDirectory() as folder,
        served.broker() as redis_url,
        databases(options.database, Path(folder), ("one", "many")) as urls,
    ):
        one, many = (environment(urls[name], redis_url) for name in ("one", "many"))
        with product(one) as (site, server):
            keep(
                "sockets",
                "ms",
                options.sockets,
                growth_sockets.measure(site, server.pid, options.sockets, options.rounds),
            )
        with product(many) as (site, _):
            keep("owners", "ms", options.owners, of_owners(site, many, options.owners, options.rounds))
            keep("processes", "a second", PROCESSES, of_processes(site, many, PROCESSES, options.rounds))
        with product(one) as (site, _):
            orders, events = of_orders(site, options.orders, options.rounds)
            keep("orders", "ms", options.orders, orders)
            keep("events", "ms", options.orders, events)
        if options.database == "sqlite":
            files = Path(folder).glob("one.sqlite3*")
            bytes_each = sum(file.stat().st_size for file in files) / options.orders[-1]
    return {axis: axes[axis] for axis in AXES}, bytes_each


def figures(axes: dict[str, Any]) -> list[Figure]:
    """The last point of each curve compared with its first."""
    found = []
    for axis, measured in axes.items():
        first, last = measured["points"][0], measured["points"][-1]
        for name, spreads in measured["curves"].items():
            title = f"{name}, {last:,} {axis}"
            found.append(Figure(title, measured["unit"], f"{first:,} {axis}", spreads[0], spreads[-1]))
    return found


def _as_json(curves: dict[str, list[Spread]]) -> dict[str, Any]:
    return {name: [asdict(spread) for spread in spreads] for name, spreads in curves.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="How each cost grows.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--orders", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    parser.add_argument("--owners", type=int, nargs="+", default=[1, 10, 100, 300])
    parser.add_argument("--sockets", type=int, nargs="+", default=[1, 10, 50, 200])
    options = parser.parse_args()
    axes, bytes_each = run(options)
    print(table(figures(axes)))
    told = {axis: measured | {"curves": _as_json(measured["curves"])} for axis, measured in axes.items()}
    outcome.write("growth", told, rounds=options.rounds, database=options.database, bytes_each=bytes_each)
    print(f"Bytes an order with its event: {bytes_each}")


if __name__ == "__main__":
    main()
