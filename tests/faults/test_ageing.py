"""Row 20: what servers and broker forget after a day, sockets and groups, here after seconds; nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest

from tests.faults.clients import Client
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.patience import anywhere
from tests.faults.report import Row
from tests.faults.sabotage import environment
from tests.faults.site import Site
from tests.faults.writers import OrmWriter
from tests.servers import wait_for
from tests.traders import Trader, new_order


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(20, "sockets and groups that end after seconds instead of a day")
def test_a_days_forgetting_loses_nothing(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    lifetime = 60
    ledger = Ledger()
    people = traders(3)
    ageing = {**environment("short_lives"), "LIFETIME": str(lifetime)}
    with ExitStack() as stack:
        server = stack.enter_context(site.joined(**ageing))
        clients = [stack.enter_context(Client(site, person, port=server.port)) for person in people]
        with OrmWriter(site.servers[0], people, ledger, rate=30, **ageing):
            wait_for(lambda: all(client.codes for client in clients), "old sockets ended", 4 * lifetime + 20)
        found = judge(site, ledger, clients)
    row.figure("lifetime of groups (s)", lifetime)
    row.figure("sockets ended by age", sum(len(client.codes) for client in clients))
    row.figure("events", sum(len(client.events) for client in clients))
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_without_the_sweep_a_forgotten_group_is_silence(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    [person] = traders(1)
    ageing = {**environment("the_sweep", "short_lives"), "LIFETIME": "2"}

    def place() -> int:
        """At another server: one's own hears of it without the group."""
        status, answer = elsewhere.request("POST", "/api/orders/", new_order(), Authorization=f"Token {person.token}")
        assert status == 201, answer
        return person.head()

    with (
        site.joined(**ageing) as elsewhere,
        site.joined(**ageing) as server,
        Client(site, person, port=server.port) as client,
    ):
        client.until(place())
        heard = True
        while heard and not client.codes:
            heard = False
            with suppress(AssertionError):
                client.until(place(), seconds=0.5)
                heard = True
        assert not heard, "the group was never forgotten"
        found = judge(site, Ledger(), [client], seconds=0.1)
    assert found.lost > 0, str(found)
