"""One place from which `manage.py serve` is started again and again, as the first start made it."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from tests.servers import Server
from tests.stack import processes

TRACE = """
from django.dispatch import receiver
from django.db.backends.signals import connection_created

@receiver(connection_created)
def count(**kwargs):
    with open("connections", "a") as opened:
        opened.write("one\\n")
"""


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without anything yet, which notes each database connection that its web process opens."""
    server = Server(tmp_path_factory.mktemp("place") / "served", is_first_start=True)
    with open(server.folder / "webapp" / "asgi.py", "a") as asgi:
        asgi.write(TRACE)
    try:
        yield server
    finally:
        for process in processes.web(server) if server.is_running else []:
            process.resume()  # where a test failed half-way
        server.stop()


@pytest.fixture
def served(place: Server) -> Server:
    """Running, whatever the test before did to it: that every way of ending can be started from is part of the test."""
    return place if place.is_running else place.start()


@pytest.fixture
def web(served: Server) -> psutil.Process:
    """The process that answers."""
    [found] = processes.web(served)
    return found
