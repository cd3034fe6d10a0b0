"""The table's reads come from a streaming replica, as late as that is, and the rest from the primary."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.periods import periods
from tests.servers import PostgreSQL, Server, wait_for
from tests.stack.sockets import Follower
from tests.traders import Trader, enlist

TABLE = "/api/orders/?format=datatables"
EXPORT = "/api/orders/export/?format=csv"


class Replica(PostgreSQL):
    """Follows another one that runs, made with what that one's own tools give a replica."""

    def copy(self, primary: PostgreSQL) -> None:
        self.binaries = primary.binaries
        command = [self.binaries / "pg_basebackup", "-D", self.folder / "data", "-R", "-c", "fast", "--no-sync"]
        subprocess.run([*command, "-h", primary.folder, "-U", "postgres"], check=True, cwd=self.folder, **self.user)


@contextmanager
def started(database: PostgreSQL, make: Callable[[], None]) -> Iterator[PostgreSQL]:
    """The database, made so and running."""
    try:
        make()
        database.start()
        yield database
    finally:
        database.stop()
        shutil.rmtree(database.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgreSQL]:
    database = PostgreSQL()
    with started(database, database.create) as running:
        yield running


@pytest.fixture(scope="module")
def replica(primary: PostgreSQL) -> Iterator[PostgreSQL]:
    database = Replica()
    with started(database, lambda: database.copy(primary)) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, primary: PostgreSQL, replica: PostgreSQL) -> Iterator[Server]:
    urls = {"DATABASE_URL": primary.url, "DATABASE_REPLICA_URL": replica.url}
    urls |= periods({"orders.store.snapshots.AGAIN_SECONDS": 0.5})
    server = Server(Path(tmp_path_factory.mktemp("replica")) / "served", **urls)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def trader(server: Server, replica: PostgreSQL) -> Trader:
    """Without orders, and known to the replica."""
    [trader] = enlist(server, 1)
    known = f"SELECT 1 FROM auth_user WHERE username = '{trader.name}'"
    wait_for(lambda: replica.ask(known), "the replica knowing the trader")
    return trader


def table(trader: Trader) -> tuple[int, int, int]:
    """The head, the rows and the count of all orders that a table's answer tells."""
    answer: dict[str, Any] = trader.get(TABLE)
    return answer["head"], len(answer["data"]), answer["counts"]["all"]


def exported(trader: Trader) -> int:
    return len(trader.get(EXPORT).splitlines()) - 1


def test_what_the_replica_has_not_got_yet_comes_by_the_log(
    trader: Trader, replica: PostgreSQL, primary: PostgreSQL
) -> None:
    trader.place()
    wait_for(lambda: table(trader) == (1, 1, 1), "the replica having the order")
    replica.ask("SELECT pg_wal_replay_pause()")
    try:
        with Follower.of(trader) as follower:
            late = trader.place()
            follower.until(2)

            assert table(trader) == (1, 1, 1)
            assert exported(trader) == 1
            # All that is not the table is as new as it can be.
            assert trader.orders()[0]["id"] == late["id"]
            assert trader.order(late["id"])["version"] == 1
            assert [event["seq"] for event in trader.get("/api/events/?after=1")["results"]] == [2]
    finally:
        replica.ask("SELECT pg_wal_replay_resume()")
    wait_for(lambda: table(trader) == (2, 2, 2), "the replica catching up")
    assert exported(trader) == 2


def test_while_the_replica_is_away_the_primary_is_asked_and_the_log_says_so_once(
    server: Server, trader: Trader, replica: PostgreSQL
) -> None:
    trader.place()
    wait_for(lambda: table(trader) == (1, 1, 1), "the replica having the order")
    replica.stop()
    try:
        trader.place()
        for _ in range(5):
            assert table(trader) == (2, 2, 2)
            assert exported(trader) == 2
        assert server.log().count("The replica does not answer") == 1
        assert server.request("GET", "/health/ready")[0] == 200
    finally:
        replica.start()
    # It is asked again by a reader; what it answered before it said so was the primary's answer.
    wait_for(lambda: table(trader) and "The replica answers again" in server.log(), "the replica being asked again")
    wait_for(lambda: table(trader) == (2, 2, 2), "both orders from it")
    replica.ask("SELECT pg_wal_replay_pause()")
    try:
        trader.place()
        assert table(trader) == (2, 2, 2)
    finally:
        replica.ask("SELECT pg_wal_replay_resume()")
