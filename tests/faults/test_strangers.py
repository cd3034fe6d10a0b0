"""Row 23: who floods a server with sign-ins or with large bodies takes little of it, and nobody else waits for them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from tests.faults.patience import anywhere
from tests.faults.report import Row
from tests.faults.sabotage import environment as without
from tests.faults.site import Site
from tests.servers import ROOT, Server
from tests.stack import processes
from tests.traders import Trader, new_order

pytestmark = pytest.mark.long_form

ASKS, FEW = 200, 20
ROUNDS = 5
TIMES = 2.0
GROWTH_MB = 100.0
LOOK_SECONDS = 0.05
CLIENTS = {"sign-ins": 64, "bodies": 16, "crumbs": 16, "lists": 16}


def private(server: Server) -> float:
    """MB that its web processes hold for themselves alone."""
    statuses = [Path(f"/proc/{process.pid}/status").read_text() for process in processes.web(server)]
    return sum(int(re.findall(r"RssAnon:\s+(\d+)", status)[0]) for status in statuses) / 1000


def command(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.faults.{name}", *map(str, arguments)]


@contextmanager
def flooded(server: Server, kind: str, stranger: Trader) -> Iterator[None]:
    environment = os.environ | {"TOKEN": stranger.token}
    flood = subprocess.Popen(command("stranger", server.port, kind, CLIENTS[kind]), cwd=ROOT, env=environment)
    try:
        yield
        assert flood.poll() is None, "the flood has ended by itself"
    finally:
        flood.kill()
        flood.wait()


@contextmanager
def looking(server: Server) -> Iterator[list[float]]:
    """What the server holds for itself, looked at again and again."""
    seen, over = [private(server)], threading.Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            seen.append(private(server))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def wait_of(server: Server, bystander: Trader, asks: int = ASKS) -> float:
    """The p95 of what somebody waits who looks at their orders meanwhile, in milliseconds."""
    environment = os.environ | {"TOKEN": bystander.token}
    asked = subprocess.run(
        command("bystander", server.port, asks), cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    return float(asked.stdout)


def measured(server: Server, site: Site, kind: str) -> tuple[float, float, float]:
    """The bystander's wait when it is quiet and under the flood, and by how many MB the server has grown at most."""
    bystander, stranger = site.trader(), site.trader()
    bystander.place_many([new_order() for _ in range(40)])
    wait_of(server, bystander)
    quiet, attacked, grown = [], [], 0.0
    for _ in range(ROUNDS):
        quiet.append(wait_of(server, bystander))
        with looking(server) as seen, flooded(server, kind, stranger):
            attacked.append(wait_of(server, bystander))
        grown = max(grown, max(seen) - seen[0])
    return median(quiet), median(attacked), grown


@anywhere
@pytest.mark.fault(23, "strangers flood")
@pytest.mark.parametrize("kind", CLIENTS)
def test_who_floods_takes_little_memory_and_keeps_nobody_waiting(site: Site, row: Row, kind: str) -> None:
    quiet, attacked, grown = measured(site.servers[0], site, kind)

    row.figure(f"{kind}: a bystander's p95", attacked / quiet, f"<= {TIMES:g} times the quiet one")
    row.figure("of", quiet, "ms")
    row.figure("private memory grown, MB", grown, f"<= {GROWTH_MB:g}")
    row.at_most(grown, GROWTH_MB)
    row.within(attacked / 1000, TIMES * quiet / 1000)


@pytest.mark.fault(23, "strangers flood")
@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_without_a_queue_of_their_own_sign_ins_keep_the_others_waiting(site: Site, row: Row) -> None:
    bystander, stranger = site.trader(), site.trader()
    with site.joined(**without("a_sign_in_queue")) as server:
        quiet = wait_of(server, bystander)
        with flooded(server, "sign-ins", stranger):
            attacked = wait_of(server, bystander, FEW)  # each takes seconds

    row.figure("without: a bystander's p95", attacked / quiet, f"> {TIMES:g} times the quiet one")
    assert attacked > TIMES * quiet
