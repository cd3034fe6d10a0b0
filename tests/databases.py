"""A test marked `both_databases` runs twice: as every other on SQLite, and on a throw-away PostgreSQL.

Django knows its databases per process, so the second run exchanges what is behind `connections` for its duration. All
of these tests share one worker, which starts the server when the first of them begins.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from asgiref.local import Local
from django.db import connections

POSTGRESQL = "postgresql"

Behind = tuple[Any, dict[str, dict[str, Any]]]


class Switch:
    """Decides which database `connections` leads to."""

    def __init__(self) -> None:
        self._usual = self._behind()
        self._postgresql: Behind | None = None
        self._running = ExitStack()

    @contextmanager
    def postgresql(self) -> Iterator[None]:
        """What runs inside, in whatever thread, finds PostgreSQL, migrated and empty."""
        if self._postgresql is None:
            self._postgresql = self._start()
        self._lead_to(self._postgresql)
        try:
            yield
        finally:
            self._lead_to(self._usual)

    @contextmanager
    def usual(self) -> Iterator[None]:
        now = self._behind()
        self._lead_to(self._usual)
        try:
            yield
        finally:
            self._lead_to(now)

    def stop(self) -> None:
        self._running.close()

    def _start(self) -> Behind:
        # Not earlier: what the tests cover is measured from the product's first import on.
        from tests.servers import ROOT, postgresql_server
        from webapp.database import database as options_of

        url = self._running.enter_context(postgresql_server())
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
        settings = connections.configure_settings({"default": options_of(url, ROOT)})
        # Each thread's connections, which stay open for the next of these tests.
        return Local(connections.thread_critical), settings

    def _behind(self) -> Behind:
        return connections._connections, connections.settings

    def _lead_to(self, behind: Behind) -> None:
        from django.contrib.contenttypes.models import ContentType  # this module is loaded before there are models

        connections._connections, connections.settings = behind
        ContentType.objects.clear_cache()


SWITCH = pytest.StashKey[Switch]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_databases: runs on SQLite and once more on PostgreSQL")
    config.stash[SWITCH] = Switch()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[SWITCH].stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_databases"):
        metafunc.fixturenames.append("database_name")
        second = pytest.param(POSTGRESQL, marks=pytest.mark.xdist_group(POSTGRESQL))
        metafunc.parametrize("database_name", ["sqlite", second])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    callspec = getattr(item, "callspec", None)
    if callspec is None or callspec.params.get("database_name") != POSTGRESQL:
        return (yield)
    with item.config.stash[SWITCH].postgresql():
        return (yield)
