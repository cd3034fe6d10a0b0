"""How long a server waits for a client that does not answer: 30 s; 6 in the short form, on a server of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.report import LONG
from tests.faults.sabotage import environment
from tests.faults.site import Site
from tests.servers import Server

ANSWER_SECONDS, HEARTBEAT_SECONDS = (30, 5) if LONG else (6, 1)


@contextmanager
def patient_server(site: Site) -> Iterator[Server]:
    if LONG:
        yield site.servers[0]
    else:
        with site.joined(**environment("patience")) as server:
            yield server


def sockets(server: Server) -> int:
    """How many its process holds open."""
    status, text = server.request("GET", "/metrics")
    assert status == 200
    found = re.search(r"^orders_sockets (\d+)$", text, re.MULTILINE)
    assert found is not None
    return int(found[1])
