"""What the tests of the core share: threads that leave no database connection behind."""

from __future__ import annotations

import pytest
from django.db import connections


@pytest.fixture(scope="session", autouse=True)
def short_lived_connections() -> None:
    """The reader's threads outlive the test; a connection they kept would keep the test database from being dropped."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0
