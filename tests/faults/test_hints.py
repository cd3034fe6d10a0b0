"""Row 13: announcements get lost, come twice or out of order; sockets get each event once, in order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.faults.clients import Believer, Client
from tests.faults.judging import judge
from tests.faults.ledger import Ledger, Verdict
from tests.faults.patience import anywhere
from tests.faults.report import Row
from tests.faults.sabotage import environment
from tests.faults.site import Site
from tests.faults.writers import OrmWriter
from tests.forms import scaled
from tests.traders import Trader


def fuzzed(site: Site, people: list[Trader], port: int, writes: int) -> tuple[Verdict, list[Client]]:
    """What clients of this port got, who apply whatever they are sent, while two thirds of the hints go wrong."""
    ledger = Ledger()
    with ExitStack() as stack:
        clients: list[Client] = [stack.enter_context(Believer(site, person, port=port)) for person in people]
        sabotage = environment("fuzzed_hints")
        with OrmWriter(site.servers[0], people, ledger, rate=100, **sabotage) as orm:
            orm.until_written(writes)
        return judge(site, ledger, clients), clients


@anywhere
@pytest.mark.fault(13, "announcements lost, doubled, late: a third of them each")
def test_wrong_announcements_reach_nobody(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    found, clients = fuzzed(site, traders(3), site.servers[-1].port, scaled(150, 2000))
    row.figure("events", sum(len(client.events) for client in clients))
    row.figure("verdict", found)
    assert found.clean, str(found)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_believing_every_announcement_breaks_the_stream(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    with site.joined(**environment("the_numbers")) as broken:
        found, _ = fuzzed(site, traders(2), broken.port, 60)
    assert found.phantom or found.doubled or found.disordered, str(found)
    assert found.diverged
