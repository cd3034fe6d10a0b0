"""Row 11: a server's clock that is set an hour forth or back changes neither order nor numbers, and stops nothing.

That no duration on the page is ever negative, whichever clock is wrong, is in tests/js/stream/latency.test.js.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.judging import judge, until_quiet
from tests.faults.ledger import Ledger
from tests.faults.network import Calm, Watchful, goes_on
from tests.faults.patience import HEARTBEAT_SECONDS, anywhere
from tests.faults.report import Row
from tests.faults.sabotage import environment as without
from tests.faults.site import Site
from tests.faults.writers import RestWriter
from tests.servers import wait_for

HOUR = 3600
RATE = 20


class Clock:
    """The clock on a server's wall. Its modules are given another: under libfaketime Python can't sleep any more."""

    def __init__(self, folder: Path, *mechanisms: str) -> None:
        self._file = folder / "clock"
        self.set(0)
        self.environment = {**without("another_clock", *mechanisms), "CLOCK_FILE": str(self._file)}

    def set(self, seconds: int) -> None:
        """So far from the true time from now on."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds}")
        fresh.replace(self._file)


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(11, "the server's clock jumps by an hour, forth and back")
def test_a_clock_that_jumps_changes_neither_order_nor_numbers(site: Site, row: Row, tmp_path: Path) -> None:
    trader, ledger, clock = site.trader(), Ledger(), Clock(tmp_path)
    with (
        site.joined(**clock.environment) as server,
        Calm(site, trader, port=server.port) as client,
    ):
        with RestWriter(site, trader, ledger, RATE, port=server.port):
            goes_on(client)
            for seconds in (HOUR, -HOUR, 0) * 10:
                clock.set(seconds)
                goes_on(client)
                clock_of = client.events[-1]["hops"]["committed"] / 1000 - time.time()
                assert clock_of == pytest.approx(seconds, abs=60)
        until_quiet([client])
        assert client.codes == []
        found = judge(site, ledger, [client])
    jumps = sum(abs(_at(later) - _at(earlier)) > HOUR / 2 for earlier, later in pairwise(client.events))
    row.figure("jumps of an hour within the log", jumps)
    row.figure("verdict", found)
    assert jumps >= 3
    assert found.clean, str(found)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_without_a_steady_clock_the_heartbeats_stop(site: Site, tmp_path: Path) -> None:
    trader, clock = site.trader(), Clock(tmp_path, "a_steady_clock")
    with site.joined(**clock.environment) as server, Watchful(site, trader, port=server.port) as client:
        clock.set(-HOUR)
        wait_for(lambda: client.codes, "the client missing its heartbeats", 4 * HEARTBEAT_SECONDS)


def _at(event: dict[str, dict[str, float]]) -> float:
    return event["hops"]["committed"] / 1000
