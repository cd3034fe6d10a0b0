"""Row 5: whatever the network does between a client and its server, the client goes on from where it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.clients import Client
from tests.faults.judging import CONVERGE_SECONDS, judge, until_quiet
from tests.faults.ledger import Ledger
from tests.faults.network import STALE_SECONDS, Watchful, goes_on
from tests.faults.patience import ANSWER_SECONDS, HANG_SECONDS, HEARTBEAT_SECONDS, anywhere, sockets
from tests.faults.report import Row
from tests.faults.sabotage import environment as without
from tests.faults.site import Site, seconds_until
from tests.faults.writers import RestWriter
from tests.proxy import Proxy
from tests.servers import wait_for

RATE = 10
# Bytes a second.
SLOW_LINE = 1000


def back(client: Watchful, break_it: Callable[[], None], heal: Callable[[], None]) -> tuple[float, float]:
    """How long the client took to notice that its connection is dead, and to be subscribed again once it may."""
    ended, subscribed = len(client.closed_at), len(client.back_at)
    break_it()
    noticed = seconds_until(lambda: len(client.closed_at) > ended, "the client noticing")
    heal()
    return noticed, seconds_until(lambda: len(client.back_at) > subscribed, "the client being back")


def nothing() -> None:
    return None


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(5, "drop, reset, half-open, black hole, delay and a slow line")
def test_a_client_resumes_whatever_the_network_does(site: Site, row: Row) -> None:
    [server, *_], trader, ledger = site.servers, site.trader(), Ledger()
    with (
        Proxy(server.port) as proxy,
        Watchful(site, trader, port=proxy.port) as client,
    ):
        with RestWriter(site, trader, ledger, RATE):
            goes_on(client)
            breaks: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
                "drop": (proxy.drop, nothing),
                "RST": (proxy.reset, nothing),
                "half-open at the client": (lambda: proxy.half_open("client"), nothing),
                "half-open at the server": (lambda: proxy.half_open("server"), nothing),
                "black hole": (proxy.blackhole, proxy.forward),
            }
            for name, (break_it, heal) in breaks.items():
                noticed, returned = back(client, break_it, heal)
                row.figure(f"{name}: noticed after, s", noticed, f"<= {STALE_SECONDS:g}")
                row.figure("back after, s", returned)
                row.within(noticed, STALE_SECONDS + 1)
                goes_on(client)
            left = ANSWER_SECONDS + HEARTBEAT_SECONDS + 5
            gone = seconds_until(lambda: sockets(server) == 1, "the end of the socket that is dead", left)
            row.figure("the server's dead socket gone after, s", gone, f"<= {left}")

            ended = len(client.closed_at)
            for worse in (lambda: proxy.delay(0.2, 0.1), lambda: proxy.throttle(SLOW_LINE)):
                worse()
                goes_on(client)
                proxy.forward()
            row.figure("breaks while slow", len(client.closed_at) - ended, "0")
        seconds = until_quiet([client])
        found = judge(site, ledger, [client])
    row.figure("converged after, s", seconds, f"<= {CONVERGE_SECONDS:g}")
    row.figure("verdict", found)
    assert len(client.closed_at) == ended + 1  # its own leaving
    assert client.resets == 0
    assert found.clean, str(found)
    row.within(seconds, CONVERGE_SECONDS)


@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_without_the_resume_what_came_during_a_break_is_lost(site: Site) -> None:
    trader, ledger = site.trader(), Ledger()
    with (
        site.joined(**without("the_resume")) as server,
        Proxy(server.port) as proxy,
        Client(site, trader, port=proxy.port) as client,
    ):
        trader.place()
        client.until(1)
        proxy.blackhole()
        ledger.acknowledge(trader.place())
        proxy.drop()
        proxy.forward()
        wait_for(lambda: len(client.back_at) > 1, "the client being back", HANG_SECONDS)
        trader.place()
        wait_for(lambda: client.gaps, "an event that does not follow on the last one", HANG_SECONDS)
        assert judge(site, ledger, [client], 0.5).lost > 0
