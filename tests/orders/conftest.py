"""What the tests of the core share: a database that is quick to empty and that nobody holds open."""

from __future__ import annotations

import pytest
from django.db import connections

from market.live import arrival
from orders.protocol import outbound
from tests.orders.foretold import Oracle


@pytest.fixture(autouse=True)
def no_market(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders find no price when they are accepted, whatever other tests have left with the broker."""
    monkeypatch.setattr(arrival, "provider", lambda symbol: None)


@pytest.fixture(autouse=True)
def no_heartbeats_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat that comes asks after a window, unless the test sets a period: however slow the machine is."""
    monkeypatch.setattr(outbound, "HEARTBEAT_SECONDS", 3600)


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """Takes the place of the forecaster."""
    return Oracle(monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def short_lived_connections() -> None:
    database = connections.settings["default"]
    # The reader's threads outlive the test; a connection they kept would keep the test database from being dropped.
    database["CONN_MAX_AGE"] = 0
    if "sqlite3" in database["ENGINE"]:
        # No test pulls the plug of the machine, and each flushes the database.
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
