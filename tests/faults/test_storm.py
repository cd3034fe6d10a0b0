"""Row 12: every server is restarted, and all clients come back at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from benchmarks.figures import percentile
from orders.live.threads import THREADS as READERS
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS, on_cluster_at_least
from tests.faults.report import Row
from tests.faults.sabotage import environment
from tests.faults.site import Site
from tests.faults.writers import RestWriter, end_of
from tests.forms import scaled
from tests.servers import ROOT, wait_for
from tests.traders import Trader
from webapp.handler import THREADS

# A process' threads for requests, for sockets and for asking whether the database answers.
POOL = THREADS + READERS + 1
# Of the three seconds over which they are told to come back.
SPREAD_MS = 1500
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


class Crowd:
    """`tests.faults.storm` as a process; `told` has what it has said of its clients."""

    def __init__(self, ports: list[int], people: list[Trader], clients: int) -> None:
        task = {"ports": ports, "people": [[one.name, one.token] for one in people], "clients": clients}
        command = [sys.executable, "-m", "tests.faults.storm", json.dumps(task)]
        self.told: list[list[dict[str, Any]]] = []
        self.process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        end_of(self.process)
        self._reader.join()
        self.process.stdout.close()


@contextmanager
def crowd_of(ports: list[int], people: list[Trader], clients: int) -> Iterator[Crowd]:
    crowd = Crowd(ports, people, clients)
    try:
        wait_for(lambda: len(crowd.told) == 1, "all clients live", scaled(60, 120))
        yield crowd
    finally:
        crowd.end()


@on_cluster_at_least
@pytest.mark.fault(12, "all servers restarted under a crowd of clients")
def test_a_crowd_is_live_again_soon(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    clients = scaled(100, 1000)
    people = traders(scaled(10, 200))
    most = 0

    def all_back() -> bool:
        nonlocal most
        if site.database is not None:
            most = max(most, site.database.server.ask(CONNECTIONS)[0][0])
        return len(crowd.told) == 2

    with crowd_of(site.ports, people, clients) as crowd, RestWriter(site, people[0], Ledger(), 20) as rest:
        told_at = time.time()
        ended = [site.kill_worker(server, signal.SIGTERM) for server in site.servers]
        for process in ended:
            process.wait(HANG_SECONDS)
        site.until_whole()
        ready_at = time.time()
        wait_for(all_back, "all clients live again", HANG_SECONDS)
        # Only what is asked from here on counts as "meanwhile", however early all were back.
        wait_for(lambda: rest.healthy_since(ready_at), "an order placed", HANG_SECONDS)
        after = list(rest.answers)
    crowded = crowd.told[1]
    live = max(one["live_at"] for one in crowded)
    hints = [one["hint_ms"] for one in crowded]
    waits = [took for at, took, status in after if at > ready_at and status in (200, 201)]
    busiest = max(Counter(int(one["live_at"] * 10) for one in crowded).values())
    row.figure("clients", clients)
    row.figure("all live again after the signal (s)", live - told_at, "<= 10 s")
    row.figure("failed attempts", sum(one["failures"] for one in crowded), "0")
    row.figure("told to come back after (ms)", f"{min(hints)} to {max(hints)}")
    row.figure("most back within 100 ms", f"{busiest / clients:.0%}")
    row.figure("REST p99 meanwhile (s)", percentile(waits, 0.99), "<= 1 s")
    row.figure("database connections", most, f"<= {POOL * len(site.servers)}")
    assert codes(crowded) == {1012}
    assert sum(one["failures"] for one in crowded) == 0
    assert max(hints) - min(hints) > SPREAD_MS
    assert most <= POOL * len(site.servers)
    row.within(live - told_at, 10)
    row.within(percentile(waits, 0.99), 1)


@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_who_comes_back_while_the_server_still_ends_is_not_cut(
    site: Site, traders: Callable[[int], list[Trader]]
) -> None:
    with site.joined(**environment("the_pause")) as server, crowd_of([server.port], traders(2), 100) as crowd:
        site.kill_worker(server, signal.SIGTERM).wait(HANG_SECONDS)
        wait_for(lambda: len(crowd.told) == 2, "all clients live again", HANG_SECONDS)
    assert codes(crowd.told[-1]) == {1012}
    assert sum(one["failures"] for one in crowd.told[-1]) == 0


def codes(crowd: list[dict[str, Any]]) -> set[int]:
    """With which every socket of these clients was closed."""
    return {code for one in crowd for code in one["codes"]}


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_without_a_spread_all_are_told_to_come_at_once(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    with site.joined(**environment("the_spread")) as server, crowd_of([server.port], traders(2), 20) as crowd:
        site.kill_worker(server, signal.SIGTERM)
        wait_for(lambda: len(crowd.told) == 2, "all clients live again", HANG_SECONDS)
    hints = [one["hint_ms"] for one in crowd.told[1]]
    assert max(hints) - min(hints) <= SPREAD_MS
