"""The product with two server processes on what it brings itself, and its twin on a PostgreSQL and a Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import servers
from tests.servers import Server, TcpRedis
from tests.traders import Trader, enlist

ENLISTED_AT_ONCE = 40


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """SQLite, and the Redis that the server starts for itself."""
    with served(Server(Path(tmp_path_factory.mktemp("embedded")), WEB_CONCURRENCY="2")) as server:
        yield server


@pytest.fixture(scope="session")
def external(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """PostgreSQL, and a Redis that is reached over TCP as one on another machine is."""
    redis = TcpRedis()
    try:
        redis.start()
        with servers.postgresql_server() as url:
            environment = {"DATABASE_URL": url, "REDIS_URL": redis.url, "WEB_CONCURRENCY": "2"}
            with served(Server(Path(tmp_path_factory.mktemp("external")), **environment)) as server:
                yield server
    finally:
        redis.stop()


@contextmanager
def served(server: Server) -> Iterator[Server]:
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def enlisted() -> dict[int, list[Trader]]:
    """Traders that no test has had yet, by their server's port."""
    return {}


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Server:
    """The embedded one; a test of what the database or Redis can change takes both by `on_both`."""
    found: Server = request.getfixturevalue(getattr(request, "param", "embedded"))
    return found


@pytest.fixture
def trader(stack: Server, enlisted: dict[int, list[Trader]]) -> Trader:
    """A person of this test's own, without orders."""
    return take(stack, enlisted)


@pytest.fixture
def neighbour(stack: Server, enlisted: dict[int, list[Trader]]) -> Trader:
    """Another one."""
    return take(stack, enlisted)


def take(stack: Server, enlisted: dict[int, list[Trader]]) -> Trader:
    waiting = enlisted.setdefault(stack.port, [])
    if not waiting:
        waiting += enlist(stack, ENLISTED_AT_ONCE)
    return waiting.pop()
