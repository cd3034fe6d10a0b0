"""Delay from a save to its frame at the clients, and its cost: the product, plain Channels and the floor.

Plain Channels is what its tutorial builds (`benchmarks/plain_channels`); the floor is `websockets.broadcast` behind one
Redis subscription. All servers run at once and are measured in turn, several rounds; medians with their spread.
`python -m benchmarks.stream [--rounds N] [--only PART] [--without DATABASE] [--idle SOCKETS]`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks import outcome, served, stream_posts
from benchmarks.figures import Figure, table
from benchmarks.helpers import Helper, helper
from benchmarks.served import Served
from benchmarks.stream_fanout import apart, burst, listening, together
from benchmarks.stream_idle import idle
from benchmarks.stream_marks import Kept, figures
from tests.servers import postgresql_server

OWNERS = 1000
ONE_OWNER = 200
BURST_SOCKETS, BURST_SAVES = 100, 500
CONNECTIONS = 4
IDLE = 2000
DATABASES = {"redis", "sqlite", "postgresql"}


@dataclass
class Sites:
    """The servers by name, each with a process that saves to its database."""

    folder: Path
    database: Callable[[str], str]
    stack: ExitStack
    found: dict[str, tuple[Served, Helper]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        server, kind = name.split()
        # Group names hold user ids, the same at every site: on one Redis, sites would receive each other's events.
        redis_url = self.stack.enter_context(served.broker())
        url = self.database(name.replace(" ", "_")) if kind == "postgresql" else ""
        if server == "plain":
            site = served.plain(self.folder, redis_url, database_url=url, owners=OWNERS)
        elif server == "floor":
            site = served.floor(redis_url)
        else:
            site = served.product(self.folder, redis_url, database_url=url, owners=OWNERS)
        running = self.stack.enter_context(site)
        self.found[name] = running, self.stack.enter_context(helper("writer", running.environment))


@contextmanager
def sites(names: list[str]) -> Iterator[dict[str, tuple[Served, Helper]]]:
    """Start the named servers, except those on an excluded database."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgresql_server() as postgresql_url,
        ExitStack() as stack,
    ):

        def database(name: str) -> str:
            with psycopg.connect(postgresql_url, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            return postgresql_url.replace("/postgres?", f"/{name}?")

        started = Sites(Path(folder), database, stack)
        for name in names:
            if name.split()[1] in DATABASES:
                started.start(name)
        yield started.found


PLAIN = ["plain sqlite", "plain postgresql"]
OURS = ["product sqlite", "product postgresql"]
FLOOR = ["floor redis"]
ON_SQLITE = ["floor redis", "plain sqlite", "product sqlite"]


def waits(rounds: int, kept: Kept) -> None:
    with sites([*PLAIN, *OURS]) as found, ExitStack() as stack:
        for site, _ in found.values():
            # Plain Channels' layer stops listening with its last socket, and does not always start again.
            stack.enter_context(listening(site, 1, apart=True))
        for number in range(rounds):
            print(f"waits, round {number + 1} of {rounds}", flush=True)
            for name, (site, writer) in found.items():
                kept.add(name, stream_posts.posts(site, 100))
                kept.add(name, stream_posts.elsewhere(site, writer, 100))
                kept.add(name, stream_posts.rate(site, CONNECTIONS, 1.0))
                if site.name == "product":
                    kept.add(name, stream_posts.commands(site, 100))


def costs(rounds: int, kept: Kept) -> None:
    with sites(OURS) as found:
        for number in range(rounds):
            print(f"costs of a save, round {number + 1} of {rounds}", flush=True)
            for name, (_, writer) in found.items():
                for mode in ("bare", "log", "stream"):
                    taken = writer.ask("cost", count=200, mode=mode, owner="bench")
                    kept.add(name, {f"save {mode}": sum(taken) / len(taken)})


def fans(rounds: int, kept: Kept) -> None:
    with sites(ON_SQLITE) as found, ExitStack() as stack:
        listeners = {name: stack.enter_context(listening(site, ONE_OWNER)) for name, (site, _) in found.items()}
        for number in range(rounds):
            print(f"{ONE_OWNER} sockets of one owner, round {number + 1} of {rounds}", flush=True)
            for name, (site, writer) in found.items():
                kept.add(name, together(site, listeners[name], writer, ONE_OWNER, 25), f"{ONE_OWNER}: ")


def crowds(rounds: int, kept: Kept) -> None:
    with sites(ON_SQLITE) as found:
        with ExitStack() as stack:
            many = {name: stack.enter_context(listening(site, OWNERS)) for name, (site, _) in found.items()}
            for number in range(rounds):
                print(f"{OWNERS:,} sockets of one owner, round {number + 1} of {rounds}", flush=True)
                for name, (site, writer) in found.items():
                    kept.add(name, together(site, many[name], writer, OWNERS, 5), f"{OWNERS}: ")
        with ExitStack() as stack:
            own = {
                name: stack.enter_context(listening(site, OWNERS, apart=True))
                for name, (site, _) in found.items()
                if site.others
            }
            for number in range(rounds):
                print(f"{OWNERS:,} owners with a socket each, round {number + 1} of {rounds}", flush=True)
                for name, listeners in own.items():
                    site, writer = found[name]
                    kept.add(name, apart(site, listeners, writer, OWNERS), "apart: ")


def bursts(rounds: int, kept: Kept) -> None:
    with sites([*ON_SQLITE[1:], "product postgresql"]) as found, ExitStack() as stack:
        listeners = {name: stack.enter_context(listening(site, BURST_SOCKETS)) for name, (site, _) in found.items()}
        for _, writer in found.values():
            writer.ask("saves", count=1, pause=0, owners=["bench"])
        for number in range(rounds):
            print(f"burst, round {number + 1} of {rounds}", flush=True)
            for name, (_, writer) in found.items():
                text = f"burst-{number}"
                kept.add(name, burst(listeners[name], writer, BURST_SOCKETS, BURST_SAVES, text), "burst: ")


def idles(rounds: int, kept: Kept, sockets: int) -> None:
    for number in range(rounds):
        for name in ON_SQLITE:
            print(f"{sockets:,} idle sockets, round {number + 1} of {rounds}: {name}", flush=True)
            with sites([name]) as found:
                kept.add(name, idle(found[name][0], sockets))


PARTS = {"waits": waits, "costs": costs, "fans": fans, "crowds": crowds, "bursts": bursts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=[*PARTS, "idle"], nargs="*", default=[*PARTS, "idle"])
    parser.add_argument("--idle", type=int, default=IDLE, help="idle sockets; memory is measured once")
    parser.add_argument("--without", choices=["sqlite", "postgresql"], nargs="*", default=[], help="databases")
    options = parser.parse_args()
    DATABASES.difference_update(options.without)
    kept = Kept()
    for name in options.only:
        if name == "idle":
            idles(1, kept, options.idle)
        else:
            PARTS[name](options.rounds, kept)
    found: list[Figure] = figures(kept)
    about = {"rounds": options.rounds, "idle_sockets": options.idle, "measured": kept.as_json()}
    outcome.write("stream", {figure.name: figure.as_json() for figure in found}, **about)
    print(table(found))


if __name__ == "__main__":
    main()
