"""Row 18: behind nginx each server is replaced in turn while people work; nobody is refused or misses anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from cluster.nginx import Nginx
from cluster.parts import HeldPort
from tests import provision
from tests.faults.clients import Client
from tests.faults.http_writer import HttpWriter
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS
from tests.faults.report import Row
from tests.faults.site import Site
from tests.faults.writers import RestWriter, TableReader
from tests.forms import scaled
from tests.servers import ROOT, wait_for
from tests.traders import Trader

pytestmark = pytest.mark.parametrize("site", ["cluster"], indirect=True)


@pytest.fixture
def front(site: Site) -> Iterator[int]:
    """The port of an nginx before the site's servers."""
    folder = site.folder / "nginx"
    held = HeldPort()
    log, static = site.folder / "nginx.log", ROOT / "staticfiles"
    nginx = Nginx(folder, provision.nginx(), log, "127.0.0.1", held.number, static)
    nginx.configure(site.ports)
    nginx.start()
    yield nginx.port
    nginx.stop()


def until_asked(writers: Sequence[HttpWriter]) -> None:
    """Waits until everybody has had another answer."""
    asked = [len(writer.answers) for writer in writers]

    def all_have_another() -> bool:
        return all(len(each.answers) > number for each, number in zip(writers, asked, strict=True))

    wait_for(all_have_another, "more answers", HANG_SECONDS)


@pytest.mark.fault(18, "each server stopped and started again behind nginx under load")
def test_a_rolling_upgrade_costs_nobody_anything(
    site: Site, traders: Callable[[int], list[Trader]], row: Row, front: int
) -> None:
    rounds = scaled(1, 3)
    ledger = Ledger()
    people = traders(4)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, person, port=front)) for person in people]
        with ExitStack() as writing:
            writers = [writing.enter_context(RestWriter(site, person, ledger, 10, port=front)) for person in people]
            reader = writing.enter_context(TableReader(site, people[0], ledger, port=front))
            asking = [*writers, reader]
            for server in site.servers * rounds:
                until_asked(asking)
                server.stop()
                server.start()
                until_asked(asking)
        found = judge(site, ledger, clients)
        codes = Counter(code for client in clients for code in client.codes)
    statuses = sum((each.statuses for each in asking), Counter[int]())
    hints = [farewell["reconnect_after_ms"] for client in clients for farewell in client.going_away]
    row.figure("servers stopped", rounds * len(site.servers))
    row.figure("answers", dict(statuses), "200 and 201 alone")
    row.figure("sockets closed", dict(codes), "1012 alone")
    row.figure("told to come back after (ms)", f"{min(hints)} to {max(hints)}")
    row.figure("verdict", found)
    assert set(statuses) <= {200, 201}
    assert ledger.failed == []
    assert set(codes) == {1012}
    assert len(hints) == sum(codes.values())
    assert len(set(hints)) > 1
    assert found.clean, str(found)


def test_a_server_that_is_killed_instead_breaks_requests_or_sockets(
    site: Site, traders: Callable[[int], list[Trader]], front: int
) -> None:
    [person] = traders(1)
    with Client(site, person, port=front) as client, RestWriter(site, person, Ledger(), 10, port=front) as writer:
        until_asked([writer])
        for server in site.servers:
            site.kill_worker(server)
        wait_for(lambda: client.codes, "the socket's end", HANG_SECONDS)
    assert client.codes[0] != 1012
    assert client.going_away == []
