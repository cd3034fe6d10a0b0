"""The product with two server processes, once on what it brings itself, once on PostgreSQL and a Redis of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.servers import Server
from tests.traders import Trader, enlist

ENLISTED_AT_ONCE = 40


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with servers.postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _served(Server(Path(tmp_path_factory.mktemp("embedded")), WEB_CONCURRENCY="2"))


@pytest.fixture(scope="session")
def external(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str, redis_url: str) -> Iterator[Server]:
    environment = {"DATABASE_URL": postgresql_url, "REDIS_URL": redis_url, "WEB_CONCURRENCY": "2"}
    yield from _served(Server(Path(tmp_path_factory.mktemp("external")), **environment))


def _served(server: Server) -> Iterator[Server]:
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def enlisted() -> dict[int, list[Trader]]:
    """Traders that no test has had yet, by their server's port."""
    return {}


@pytest.fixture(params=["embedded", "external"])
def stack(request: pytest.FixtureRequest) -> Server:
    """SQLite with the embedded broker, or PostgreSQL with Redis; two server processes each."""
    found: Server = request.getfixturevalue(request.param)
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
