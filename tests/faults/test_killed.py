"""Rows 1 and 2: servers killed while everybody writes, writers killed between commit and publishing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

import psutil
import pytest

from benchmarks.figures import percentile
from tests.faults.admin_writer import AdminWriter
from tests.faults.clients import Client
from tests.faults.judging import judge, until_quiet
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS, on_cluster_at_least
from tests.faults.report import Row
from tests.faults.sabotage import environment
from tests.faults.sabotage.mishaps import DOOMED
from tests.faults.site import Site
from tests.faults.writers import OrmWriter, RestWriter
from tests.forms import scaled
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.traders import Trader, new_order
from webapp.launch.supervisor import STABLE_SECONDS


@on_cluster_at_least
@pytest.mark.fault(1, "kill -9 of web workers while all writers save")
def test_killed_web_workers_lose_nothing(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    kills = scaled(2, 20)
    ledger = Ledger()
    people = traders(4)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, person, first)) for first, person in enumerate(people)]
        with ExitStack() as writing:
            for first, person in enumerate(people):
                writing.enter_context(RestWriter(site, person, ledger, 10, first))
            writing.enter_context(AdminWriter(site, people[0], ledger))
            writing.enter_context(OrmWriter(site.servers[0], people, ledger, rate=scaled(60, 200)))
            began = time.monotonic()
            for number in range(kills):
                server = site.servers[number % len(site.servers)]
                if number > 1:
                    until_stable(processes.web(server)[0])
                cut = cut_off(clients)
                site.kill_worker(server)
                wait_for(lambda cut=cut: cut_off(clients) > cut, "a client cut off", HANG_SECONDS)
                wait_for(lambda: all(client.listening for client in clients), "all clients back", HANG_SECONDS)
                site.until_whole()
        rate = sum(map(len, ledger.acknowledged.values())) / (time.monotonic() - began)
        seconds = until_quiet(clients)
        found = judge(site, ledger, clients)
        breaks = [seconds for client in clients for seconds in client.breaks]
    row.figure("kills", kills)
    row.figure("writes acknowledged a second", rate)
    row.figure("clients back after: median", median(breaks))
    row.figure("the latest", max(breaks), "<= 3 s")
    row.figure("converged after", seconds, "<= 5 s")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)
    row.within(max(breaks), 3)
    row.within(seconds, 5)


def cut_off(clients: list[Client]) -> int:
    return sum(len(client.codes) for client in clients)


def until_stable(worker: psutil.Process) -> None:
    """One that dies again soon after its start is started later each time, as the parent can't know who kills it.

    The system's clock of births and the parent's own differ by up to a second.
    """
    wait_for(lambda: time.time() - worker.create_time() > STABLE_SECONDS + 1.5, "a worker that has lived for a while")


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_without_the_log_a_killed_server_loses_events(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    [person] = traders(1)
    with site.joined(**environment("the_resume")) as broken, Client(site, person, port=broken.port) as client:
        person.place()
        client.until(1)
        site.kill_worker(broken)
        wait_for(lambda: client.codes, "the client cut off", HANG_SECONDS)
        person.place()
        client.until_listening()
        found = judge(site, Ledger(), [client], seconds=1)
    assert found.lost == 1, str(found)


@on_cluster_at_least
@pytest.mark.fault(2, "kill -9 of a writer between COMMIT and publishing")
def test_who_dies_before_telling_is_told_of_by_the_sweep(
    site: Site, traders: Callable[[int], list[Trader]], row: Row
) -> None:
    deaths = scaled(10, 100)
    [person] = traders(1)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, person, first)) for first in range(len(site.servers))]
        died = kill_writers(site.servers[0], person, deaths)
        found = judge(site, Ledger(), clients)
    delays = [client.arrived[seq] - at for client in clients for seq, at in enumerate(died, 1) if seq in client.arrived]
    row.figure("deaths", deaths)
    row.figure("delivered", f"{len(delays)} of {deaths * len(clients)}", "all")
    row.figure("latest (s)", max(delays), "<= 1.5 s")
    row.figure("verdict", found)
    assert found.clean, str(found)
    assert len(clients[0].events) == deaths
    row.within(percentile(delays, 0.99), 1.5)


def kill_writers(server: Server, person: Trader, deaths: int) -> list[float]:
    """When each of them died, in unix seconds."""
    sabotage = server.environment | environment("death_before_publishing")
    command = [sys.executable, "-m", "tests.faults.doomed_writer", person.name, str(deaths)]
    done = subprocess.run(command, cwd=server.folder, env=sabotage, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("site", ["cluster"], indirect=True)
@pytest.mark.fault(2, "kill -9 of the web worker itself between COMMIT and its answer")
def test_a_server_that_dies_before_telling_is_told_of_by_the_others(
    site: Site, traders: Callable[[int], list[Trader]], row: Row
) -> None:
    [person] = traders(1)
    body = new_order(text=DOOMED, client_order_id="doomed")
    with site.joined(**environment("death_before_publishing")) as doomed, Client(site, person) as client:
        [worker] = processes.web(doomed)
        status, _ = doomed.request("POST", "/api/orders/", body, Authorization=f"Token {person.token}")
        died = time.time()
        worker.wait(HANG_SECONDS)
        client.until(1)
        again, order = person.ask("POST", "/api/orders/", body)
        found = judge(site, Ledger(), [client])
    row.figure("delivered after (s)", client.arrived[1] - died, "<= 1.5 s")
    row.figure("placed again", again, "200: the same order")
    row.figure("verdict", found)
    assert (status, again) == (0, 200), json.dumps(order)
    assert found.clean, str(found)
    assert len(client.events) == 1
    row.within(client.arrived[1] - died, 1.5)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_without_the_sweep_what_was_not_told_is_lost(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    [person] = traders(1)
    with (
        site.joined(**environment("the_sweep")) as broken,
        Client(site, person) as sound,
        Client(site, person, port=broken.port) as client,
    ):
        kill_writers(site.servers[0], person, 2)
        sound.until(2)
        found = judge(site, Ledger(), [client], seconds=1)
    assert found.lost == 2, str(found)
