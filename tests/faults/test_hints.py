"""Rows 13 and 22: announcements get lost, come twice, out of order, or are false; sockets get what is true."""

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


def judged(mishap: str, site: Site, people: list[Trader], port: int, writes: int) -> tuple[Verdict, list[Client]]:
    """What clients of this port got, who apply whatever they are sent, while this happens to the announcements."""
    ledger = Ledger()
    with ExitStack() as stack:
        clients: list[Client] = [stack.enter_context(Believer(site, person, port=port)) for person in people]
        with OrmWriter(site.servers[0], people, ledger, rate=100, **environment(mishap)) as orm:
            orm.until_written(writes)
        return judge(site, ledger, clients), clients


@anywhere
@pytest.mark.fault(13, "announcements lost, doubled, late: a third of them each")
def test_wrong_announcements_reach_nobody(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    found, clients = judged("fuzzed_hints", site, traders(3), site.servers[-1].port, scaled(150, 2000))
    row.figure("events", sum(len(client.events) for client in clients))
    row.figure("verdict", found)
    assert found.clean, str(found)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_believing_every_announcement_breaks_the_stream(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    with site.joined(**environment("the_numbers")) as broken:
        found, _ = judged("fuzzed_hints", site, traders(2), broken.port, 60)
    assert found.phantom or found.doubled or found.disordered, str(found)
    assert found.diverged


@anywhere
@pytest.mark.fault(22, "each announcement followed by false ones: the next number, a later one, one far ahead")
def test_what_others_announce_under_our_names_reaches_nobody(
    site: Site, traders: Callable[[int], list[Trader]], row: Row
) -> None:
    found, clients = judged("false_hints", site, traders(3), site.servers[-1].port, scaled(150, 2000))
    row.figure("events", sum(len(client.events) for client in clients))
    row.figure("verdict", found)
    assert found.clean, str(found)
    assert sum(client.resets for client in clients) == 0


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_believing_whatever_redis_says_breaks_the_stream(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    with site.joined(**environment("doubt")) as broken:
        found, clients = judged("false_hints", site, traders(2), broken.port, 60)
    assert found.phantom, str(found)
    assert sum(client.resets for client in clients)
