"""Rows 7 to 10: many who write at once, long transactions, crossing ones and those that are taken back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from benchmarks.figures import percentile
from tests.faults.clients import Believer, Client
from tests.faults.judging import judge
from tests.faults.lasting import last
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS, on_cluster_at_least
from tests.faults.report import Row
from tests.faults.sabotage import environment
from tests.faults.site import Site
from tests.faults.writers import OrmWriter, RestWriter
from tests.forms import scaled
from tests.servers import ROOT, wait_for
from tests.traders import Trader

Traders = Callable[[int], list[Trader]]
on_cluster = pytest.mark.parametrize("site", ["cluster"], indirect=True)
on_sqlite = pytest.mark.parametrize("site", ["embedded"], indirect=True)
RATE = 40
WAIT_SECONDS = 0.05
BUSY = 4


@contextmanager
def process(site: Site, module: str, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """One of the writers here as a process of the site."""
    command = [sys.executable, "-m", f"tests.faults.{module}", *arguments]
    server = site.servers[0]
    found = subprocess.Popen(
        command,
        cwd=server.folder,
        env=server.environment | {"PYTHONPATH": str(ROOT)} | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield found
    finally:
        found.kill()
        found.communicate()


# Row 7


def write_beside_a_reader(site: Site, people: list[Trader], ledger: Ledger, seconds: int, **variables: str) -> int:
    """Eight writers, a long reader, and somebody who locks the file for a while; how much the ORM's wrote."""
    database = site.servers[0].folder / "db.sqlite3"
    with ExitStack() as stack:
        reader = sqlite3.connect(database, isolation_level=None)
        stack.callback(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM orders_order").fetchone()
        server = site.servers[0]
        writers: list[OrmWriter] = []
        for number in range(BUSY):
            stack.enter_context(RestWriter(site, people[number % 2], ledger, RATE / BUSY, number))
            writer = OrmWriter(server, [people[number % 2]], ledger, rate=RATE / BUSY, **variables)
            writers.append(stack.enter_context(writer))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            locker = sqlite3.connect(database, isolation_level=None, timeout=20)
            locker.execute("BEGIN EXCLUSIVE")
            last(3)
            locker.execute("ROLLBACK")
            locker.close()
            writers[-1].until_written(RATE // BUSY)
        return sum(len(writer.timings) for writer in writers)


@pytest.mark.long_form
@on_sqlite
@pytest.mark.fault(7, "8 writers on SQLite, a long reader, BEGIN EXCLUSIVE for seconds")
def test_writers_of_one_file_wait_and_never_fail(site: Site, traders: Traders, row: Row) -> None:
    ledger, people = Ledger(), traders(2)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, trader)) for trader in people]
        written = write_beside_a_reader(site, people, ledger, 60)
        found = judge(site, ledger, clients)
    row.figure("transactions of the ORM", written)
    row.figure("locked errors", len(ledger.failed), "0")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)


@pytest.mark.long_form
@on_sqlite
def test_without_immediate_transactions_the_file_is_locked(site: Site, traders: Traders) -> None:
    ledger, people = Ledger(), traders(2)
    for _ in range(5):
        write_beside_a_reader(site, people, ledger, 10, **environment("immediate_transactions"))
        if ledger.failed:
            break
    assert any("locked" in why for why in ledger.failed)


# Row 8


def delays_beside_an_open_one(
    site: Site, people: list[Trader], ledger: Ledger, seconds: int, **variables: str
) -> tuple[list[float], list[float]]:
    """How long others' saves take before, and while a transaction of the first person is open; he is one of them."""
    server = site.servers[0]
    with ExitStack() as stack:
        names = ["create", "update"]
        writers = [
            stack.enter_context(OrmWriter(server, [trader], ledger, rate=RATE, actions=names, **variables))
            for trader in people
        ]
        before = [took for writer in writers for took in writer.until_written(seconds * RATE // 2)]
        with process(site, "held_writer", people[0].name, "held", **variables) as held:
            assert held.stdout is not None
            assert json.loads(held.stdout.readline()) == {"open": True}
            meanwhile = [took for writer in writers for took in writer.until_written(seconds * RATE // 2)]
            rest, _ = held.communicate("")
        [order] = json.loads(rest)["done"]
        ledger.acknowledge(order)
    return before, meanwhile


@pytest.mark.long_form
@on_cluster
@pytest.mark.fault(8, "a transaction open for seconds while others commit before it")
def test_an_open_transaction_holds_up_nobody_and_comes_in_its_turn(site: Site, traders: Traders, row: Row) -> None:
    ledger, people = Ledger(), traders(2)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, trader)) for trader in people for _ in range(2)]
        before, meanwhile = delays_beside_an_open_one(site, people, ledger, 30)
        found = judge(site, ledger, clients)
        held = [event for event in clients[0].events if event["order"]["text"] == "held"]
    later = percentile(meanwhile, 0.95) - percentile(before, 0.95)
    row.figure("save p95 before (ms)", 1000 * percentile(before, 0.95))
    row.figure("later beside the open one (ms)", 1000 * later, "<= 50 ms, of the same owner too")
    row.figure("verdict", found)
    assert [event["kind"] for event in held] == ["created"]
    assert found.clean, str(found)
    row.within(later, WAIT_SECONDS)


@pytest.mark.long_form
@on_cluster
def test_numbers_given_at_the_change_hold_others_up(site: Site, traders: Traders) -> None:
    ledger = Ledger()
    variables = environment("late_numbers")
    [person] = traders(1)
    server = site.servers[0]
    with OrmWriter(server, [person], ledger, rate=RATE, actions=["create"], **variables) as writer:
        with process(site, "held_writer", person.name, "held", **variables) as held:
            assert held.stdout is not None
            held.stdout.readline()
            known = len(writer.timings)
            last(1)
            written = len(writer.timings) - known
            held.communicate("")
        writer.until_written(5)
    assert written <= 5, "some were about to be told of; in a second there are thirty"


# Row 9


def cross(site: Site, people: list[Trader], ledger: Ledger, turns: int, **variables: str) -> int:
    """How many transactions of two owners in opposite orders were committed."""
    done = 0
    task = {"users": [trader.name for trader in people], "writers": 4, "turns": turns // 4}
    with process(site, "crossing_writers", json.dumps(task), **variables) as crossing:
        assert crossing.stdout is not None
        for line in crossing.stdout:
            said: dict[str, Any] = json.loads(line)
            done += "done" in said
            for order in said.get("done", []):
                ledger.acknowledge(order)
            if "failed" in said:
                ledger.fail(said["failed"])
    return done


@on_cluster_at_least
@pytest.mark.fault(9, "transactions of two owners in opposite orders")
def test_transactions_that_cross_do_not_deadlock(site: Site, traders: Traders, row: Row) -> None:
    turns = scaled(40, 1000)
    ledger, people = Ledger(), traders(2)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, trader)) for trader in people]
        done = cross(site, people, ledger, turns)
        found = judge(site, ledger, clients)
    row.figure("transactions", done, f"= {turns}")
    row.figure("deadlocks and failed saves", len(ledger.failed), "0")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert done == turns
    assert found.clean, str(found)


@pytest.mark.long_form
@on_cluster
def test_numbers_given_at_the_change_deadlock(site: Site, traders: Traders) -> None:
    ledger = Ledger()
    cross(site, traders(2), ledger, 8, **environment("late_numbers"))
    assert any("deadlock" in why for why in ledger.failed)


# Row 10


@on_cluster_at_least
@pytest.mark.fault(10, "30 % of the transactions rolled back, savepoints too")
def test_what_was_rolled_back_is_never_seen(site: Site, traders: Traders, row: Row) -> None:
    ledger, people = Ledger(), traders(2)
    with ExitStack() as stack:
        clients = [stack.enter_context(Believer(site, trader)) for trader in people]
        with OrmWriter(site.servers[0], people, ledger, rate=2 * RATE) as writer:
            writer.until_written(scaled(80, 2000))
        found = judge(site, ledger, clients)
    row.figure("transactions", len(writer.timings))
    row.figure("rolled back", len(ledger.rolled_back))
    row.figure("verdict", found)
    assert len(ledger.rolled_back) > len(writer.timings) / 5
    assert found.clean, str(found)


@on_cluster
def test_what_is_told_before_its_commit_is_a_phantom(site: Site, traders: Traders) -> None:
    ledger, people = Ledger(), traders(2)
    with ExitStack() as stack:
        clients = [stack.enter_context(Believer(site, trader)) for trader in people]
        variables = environment("late_numbers", "the_wait_for_the_commit")
        with OrmWriter(site.servers[0], people, ledger, rate=2 * RATE, **variables) as writer:
            writer.until_written(40)
        wait_for(lambda: any(seen(client, ledger.rolled_back) for client in clients), "a phantom", HANG_SECONDS)
        found = judge(site, ledger, clients, seconds=0)
    assert found.phantom > 0, str(found)


def seen(client: Client, marks: set[str]) -> bool:
    """Whether anything that was rolled back has come to this client."""
    return any({event["order"]["client_order_id"], event["order"]["text"]} & marks for event in list(client.events))
