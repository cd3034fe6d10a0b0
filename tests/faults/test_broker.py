"""Rows 3 and 4: the broker is killed, started again, emptied and paused; it is a hint, and nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from benchmarks.figures import percentile
from tests.faults.clients import Client
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS, on_cluster_at_least
from tests.faults.report import Row
from tests.faults.sabotage import environment
from tests.faults.site import Site, seconds_until
from tests.faults.writers import OrmWriter, RestWriter
from tests.forms import scaled
from tests.servers import wait_for
from tests.traders import Trader

# A p99 of some hundred saves hangs on a few of them, and the machine is busy with everything else.
NOISE_SECONDS = 0.02
RATE = 60


@on_cluster_at_least
@pytest.mark.fault(3, "kill -9 and restart of the broker, FLUSHALL")
def test_a_broker_that_dies_costs_nothing(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    deaths, some = scaled(1, 10), scaled(RATE // 2, RATE)
    ledger = Ledger()
    people = traders(2)
    healthy, away, heals = [], [], []
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, people[n % 2], n)) for n in range(4)]
        with OrmWriter(site.servers[0], people, ledger, rate=RATE) as orm, RestWriter(site, people[0], ledger, 10):
            orm.until_written(RATE // 2)
            for _ in range(deaths):
                healthy += orm.until_written(some)
                site.broker.kill()
                away += orm.until_written(some)
                site.broker.start()
                heals.append(seconds_until_announced(clients))
                site.broker.flush()
                orm.until_written(RATE // 3)
        found = judge(site, ledger, clients)
    before, meanwhile = percentile(healthy, 0.99), percentile(away, 0.99)
    row.figure("deaths", deaths)
    row.figure("saves failed", len(ledger.failed), "0")
    row.figure("save p99 healthy (ms)", 1000 * before)
    row.figure("without broker (ms)", 1000 * meanwhile, "<= 1.2x and noise")
    row.figure("healed after", max(heals), "<= 2 s")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)
    row.within(meanwhile, 1.2 * before + NOISE_SECONDS)
    row.within(max(heals), 2)


def seconds_until_announced(clients: list[Client]) -> float:
    """How long until all clients get events as they happen again, not from the log."""
    now = time.time()

    def announced(client: Client) -> bool:
        return any(client.arrived[event["seq"]] > now and "replay" not in event for event in client.events[-20:])

    return seconds_until(lambda: all(announced(client) for client in clients), "events announced again", HANG_SECONDS)


@pytest.mark.long_form
@on_cluster_at_least
@pytest.mark.fault(4, "SIGSTOP of the broker")
def test_a_broker_that_hangs_delays_nobody(site: Site, traders: Callable[[int], list[Trader]], row: Row) -> None:
    seconds = 30
    ledger = Ledger()
    people = traders(2)
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, people[n % 2], n)) for n in range(4)]
        with OrmWriter(site.servers[0], people, ledger, rate=RATE) as orm, RestWriter(site, people[0], ledger, 10):
            orm.until_written(RATE // 2)
            healthy = orm.until_written(RATE)
            site.broker.pause()
            began = time.time()
            paused = orm.until_written(seconds * RATE)
            ended = time.time()
            site.broker.resume()
            orm.until_written(RATE // 2)
            healthy += orm.until_written(RATE)
        found = judge(site, ledger, clients)
    delays = [
        client.arrived[event["seq"]] - event["hops"]["committed"] / 1000
        for client in clients
        for event in client.events
        if began < event["hops"]["committed"] / 1000 < ended
    ]
    row.figure("paused for", ended - began)
    # Where the machine itself takes longer, a save may take as long as one with the broker running.
    mark = max(0.05, 1.2 * percentile(healthy, 0.99))
    row.figure("save p99 healthy (ms)", 1000 * percentile(healthy, 0.99))
    row.figure("save p99 (ms)", 1000 * percentile(paused, 0.99), f"<= {1000 * mark:.0f} ms")
    row.figure("p99 of commit to client", percentile(delays, 0.99), "<= 1.5 s")
    row.figure("saves failed", len(ledger.failed), "0")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)
    row.within(percentile(paused, 0.99), mark)
    row.within(percentile(delays, 0.99), 1.5)


@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_without_the_sweep_a_dead_broker_loses_events(site: Site, traders: Callable[[int], list[Trader]]) -> None:
    [person] = traders(1)
    ledger = Ledger()
    with site.joined(**environment("the_sweep")) as broken:
        with Client(site, person) as sound, Client(site, person, port=broken.port) as client:
            site.broker.kill()
            for _ in range(3):
                ledger.acknowledge(person.place())
            sound.until(3)
            found = judge(site, ledger, [client], seconds=1)
        site.broker.start()
    assert found.lost == 3, str(found)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["cluster"], indirect=True)
def test_whoever_publishes_himself_waits_for_a_broker_that_hangs(
    site: Site, traders: Callable[[int], list[Trader]]
) -> None:
    ledger = Ledger()
    sabotage = environment("the_publisher_thread")
    with OrmWriter(site.servers[0], traders(1), ledger, rate=RATE, actions=["save"], **sabotage) as orm:
        site.broker.pause()
        wait_for(lambda: any(took > 1 for _, took in orm.timings), "a save that took more than a second")
        site.broker.resume()
