"""A whole site that tests may break: its servers, broker and database can be killed, paused and started again."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import redis

from tests.servers import PostgreSQL, Redis, Server, wait_for
from tests.stack import processes
from tests.traders import Trader, enlist
from webapp.launch import embedded_redis as embedded_broker

ENLISTED_AT_ONCE = 40


@dataclass
class Broker:
    """The site's Redis, whoever runs it: the embedded one is started again by the server, another by `start`."""

    server: Server
    own: Redis | None = None

    @property
    def url(self) -> str:
        return self.own.url if self.own else embedded_broker.url(self.server.folder)

    @property
    def process(self) -> psutil.Process:
        return processes.broker(self.server)

    def kill(self) -> None:
        if self.own:
            self.own.kill()
        else:
            self.process.kill()

    def start(self) -> None:
        """Returns when it answers again."""
        if self.own:
            self.own.start()
        wait_for(self.answers, "the broker answering")

    def pause(self) -> None:
        self.process.suspend()

    def resume(self) -> None:
        self.process.resume()

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def answers(self) -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
            return bool(client.ping())
        return False


@dataclass
class Database:
    """The site's PostgreSQL."""

    server: PostgreSQL

    @property
    def family(self) -> list[psutil.Process]:
        assert self.server.process is not None
        first = psutil.Process(self.server.process.pid)
        return [first, *first.children(recursive=True)]

    def restart(self, number: int) -> None:
        """SIGINT: a fast shutdown, which lets nobody finish. SIGQUIT: immediate, as a crash."""
        self.server.stop(number)
        self.server.start()

    def pause(self) -> None:
        for process in self.family:
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        for process in reversed(self.family):
            with suppress(psutil.NoSuchProcess):
                process.resume()


@dataclass
class Site:
    """`servers` have ports of their own; whoever talks to the site takes any of them."""

    name: str
    folder: Path
    servers: list[Server]
    broker: Broker
    database: Database | None = None
    _waiting: list[Trader] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def ports(self) -> list[int]:
        return [server.port for server in self.servers]

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests and hold sockets."""
        return [process for server in self.servers for process in processes.web(server)]

    def trader(self) -> Trader:
        """Somebody without orders whom no other test knows."""
        if not self._waiting:
            self._waiting += enlist(self.servers[0], ENLISTED_AT_ONCE)
        return self._waiting.pop()

    def kill_worker(self, server: Server, number: int = signal.SIGKILL) -> psutil.Process:
        """Ends a process that answers for this server, whose parent starts another; the one that was ended."""
        process = processes.web(server)[0]
        process.send_signal(number)
        return process

    def until_whole(self) -> None:
        """Waits until every server is ready with all its processes."""
        for server in self.servers:
            wanted = int(server.environment.get("WEB_CONCURRENCY", "1"))
            wait_for(lambda server=server, wanted=wanted: len(processes.web(server)) == wanted, "all processes")
            server.until_ready()

    def heal(self) -> None:
        """Undoes what a test that failed half-way has left."""
        if self.database is not None:
            if not self.database.server.is_running:
                self.database.server.start()
            self.database.resume()
        if self.broker.own is not None and not self.broker.own.is_running:
            self.broker.start()
        self.broker.resume()
        self.until_whole()

    @contextmanager
    def joined(self, **environment: str) -> Iterator[Server]:
        """One more server of the site, on its database and broker, started with these variables."""
        first = self.servers[0].environment
        shared = {name: first[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY") if name in first}
        shared.setdefault("DATABASE_URL", f"sqlite:///{self.servers[0].folder / 'db.sqlite3'}")
        shared.setdefault("REDIS_URL", self.broker.url)
        if "SECRET_KEY" not in shared:
            shared["SECRET_KEY"] = (self.servers[0].folder / ".secret-key").read_text().strip()
        server = Server(self.folder / f"joined-{next(self._numbers)}", **(shared | environment))
        try:
            yield server.start()
        finally:
            server.stop()


@contextmanager
def embedded(folder: Path) -> Iterator[Site]:
    """What `make run` starts: one server with SQLite and a broker of its own."""
    server = Server(folder)
    try:
        server.start()
        yield Site("embedded", folder, [server], Broker(server))
    finally:
        server.stop()


@contextmanager
def cluster(folder: Path, database: PostgreSQL | None = None) -> Iterator[Site]:
    """PostgreSQL, which keeps what it has acknowledged when it crashes, Redis and two servers."""
    database, own = database or PostgreSQL(synchronous_commit="on"), Redis()
    servers: list[Server] = []
    try:
        database.create()
        database.start()
        own.start()
        shared = {"DATABASE_URL": database.url, "REDIS_URL": own.url, "SECRET_KEY": "known-to-both-servers-" * 3}
        for name in ("first", "second"):
            servers.append(Server(folder / name, **shared))
            servers[-1].start()
        yield Site("cluster", folder, servers, Broker(servers[0], own), Database(database))
    finally:
        for server in servers:
            server.stop()
        own.stop()
        database.stop()
        shutil.rmtree(database.folder, ignore_errors=True)


def seconds_until(fact: Callable[[], Any], what: str, seconds: float = 30) -> float:
    """How long it takes until the fact holds; AssertionError if it does not."""
    began = time.monotonic()
    wait_for(fact, what, seconds)
    return time.monotonic() - began
