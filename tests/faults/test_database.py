"""Row 6: PostgreSQL is restarted, crashes, hangs; what was acknowledged stays, and everybody goes on by himself."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.faults.admin_writer import AdminWriter
from tests.faults.clients import Client
from tests.faults.judging import judge, until_quiet
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS
from tests.faults.report import Row
from tests.faults.site import Database, Site
from tests.faults.writers import OrmWriter, RestWriter
from tests.servers import wait_for
from tests.traders import Trader

pytestmark = pytest.mark.parametrize("site", ["cluster"], indirect=True)

PAUSE_SECONDS = 10
# What it promised too early is on the disk by luck, if its writer of the log came just before.
TRIES = 5
HEALTHY = (200, 201, 302)


def fast(database: Database) -> None:
    database.restart(signal.SIGINT)


def immediate(database: Database) -> None:
    database.restart(signal.SIGQUIT)


def pause(database: Database) -> None:
    ends = time.monotonic() + PAUSE_SECONDS
    database.pause()
    wait_for(lambda: time.monotonic() > ends, "the end of the pause")
    database.resume()


@pytest.mark.fault(6, "restart, crash and SIGSTOP of PostgreSQL")
@pytest.mark.parametrize(
    "outage",
    [pytest.param(fast, marks=pytest.mark.long_form), immediate, pytest.param(pause, marks=pytest.mark.long_form)],
)
def test_a_database_that_goes_away_comes_back_with_everything(
    site: Site, traders: Callable[[int], list[Trader]], row: Row, outage: Callable[[Database], None]
) -> None:
    ledger = Ledger()
    people = traders(3)
    assert site.database is not None
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(site, person, first)) for first, person in enumerate(people)]
        with ExitStack() as writing:
            by_rest = [RestWriter(site, people[n % 3], ledger, 10, n) for n in range(4)]
            by_http = [writing.enter_context(each) for each in (*by_rest, AdminWriter(site, people[0], ledger))]
            orm = writing.enter_context(OrmWriter(site.servers[0], people, ledger, rate=50, excused=True))
            orm.until_written(20)
            began = time.time()
            outage(site.database)
            ended = time.time()
            wait_for(
                lambda: all(writer.healthy_since(ended) for writer in by_http), "everybody writing again", HANG_SECONDS
            )
            back = time.time() - ended
            orm.until_written(20)
        seconds = until_quiet(clients)
        found = judge(site, ledger, clients)
    answers = [answer for writer in by_http for answer in writer.answers]
    during = Counter(status for at, took, status in answers if at < ended and at + took > began)
    waits = [took for at, took, _ in answers if at < ended and at + took > began]
    late = [status for at, took, status in answers if at + took > ended + 5 and status not in HEALTHY]
    row.figure("away for (s)", ended - began)
    row.figure("answers meanwhile", dict(during))
    row.figure("longest wait (s)", max(waits), "<= 4 s")
    row.figure("500s", sum(writer.statuses[500] for writer in by_http), "0")
    row.figure("failures later than 5 s", len(late), "0")
    row.figure("all writing again after (s)", back, "<= 5 s")
    row.figure("converged after (s)", seconds, "<= 5 s")
    row.figure("verdict", found)
    assert ledger.failed == []
    assert found.clean, str(found)
    row.at_most(len(late), 0)
    row.within(max(waits), 4)
    row.within(back, 5)
    row.within(seconds, 5)


@pytest.mark.long_form
def test_a_database_that_promises_too_early_loses_what_was_acknowledged(
    site: Site, traders: Callable[[int], list[Trader]]
) -> None:
    ledger = Ledger()
    people = traders(1)
    assert site.database is not None
    hasty = f"{site.database.server.url}&options=-csynchronous_commit%3Doff"
    with Client(site, people[0]) as client:
        for _ in range(TRIES):
            with OrmWriter(site.servers[0], people, ledger, rate=200, excused=True, DATABASE_URL=hasty) as orm:
                orm.until_written(60)
                immediate(site.database)
                orm.until_written(1)
            found = judge(site, ledger, [client])
            if found.lost:
                break
    assert found.lost > 0, str(found)
