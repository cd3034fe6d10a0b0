"""What the short form spares: a server waits 6 s instead of 30 for an answer, and one site stands for both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.report import LONG
from tests.faults.sabotage import environment
from tests.faults.site import Site
from tests.servers import Server

ANSWER_SECONDS, HEARTBEAT_SECONDS = (30, 5) if LONG else (6, 1)

# For what database and broker have no part in: both sites in the long form, the quicker one in the short.
anywhere = pytest.mark.parametrize("site", ["embedded", "cluster"] if LONG else ["embedded"], indirect=True)
# For what several servers or a broker of its own make harder.
on_cluster_at_least = pytest.mark.parametrize("site", ["embedded", "cluster"] if LONG else ["cluster"], indirect=True)


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
