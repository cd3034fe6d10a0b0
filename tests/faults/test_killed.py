"""Rows 1 and 2: processes killed in the middle of it all."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.faults.clients import Client
from tests.faults.judging import judge, until_quiet
from tests.faults.ledger import Ledger
from tests.faults.report import Row, scaled
from tests.faults.site import Site
from tests.faults.writers import OrmWriter, RestWriter
from tests.servers import wait_for
from tests.traders import Trader


@pytest.mark.fault(1, "kill -9 of web workers while 200 orders a second are saved")
def test_killed_web_workers_lose_nothing(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    kills = scaled(2, 20)
    ledger = Ledger()
    people = traders(4)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, person, first)) for first, person in enumerate(people)]
        with ExitStack() as writing:
            for first, person in enumerate(people):
                writing.enter_context(RestWriter(site, person, ledger, 10, first))
            writing.enter_context(OrmWriter(site.servers[0], people, ledger, rate=80))
            began = time.monotonic()
            for number in range(kills):
                site.kill_worker(site.servers[number % len(site.servers)])
                wait_for(lambda number=number: sum(len(c.codes) for c in clients) > number, "a client cut off")
                wait_for(lambda: all(client.listening for client in clients), "all clients back")
                site.until_whole()
        rate = sum(map(len, ledger.acknowledged.values())) / (time.monotonic() - began)
        seconds = until_quiet(clients)
        found = judge(site, ledger, clients)
        back = max(seconds for client in clients for seconds in client.breaks)
    row.figure("kills", kills)
    row.figure("writes acknowledged a second", rate)
    row.figure("clients back after", back, "<= 3 s")
    row.figure("converged after", seconds, "<= 5 s")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)
    assert back <= 3
    assert seconds <= 5
