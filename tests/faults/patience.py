"""How long is waited, and on which sites a row is tried: in the short form one of them stands for both."""

from __future__ import annotations

import re

import pytest

from tests.forms import LONG
from tests.servers import Server

# Judges nothing: what takes so long will not come any more, however busy the machine is.
HANG_SECONDS = 60.0
ANSWER_SECONDS, HEARTBEAT_SECONDS = 30, 5

# For what database and broker have no part in: both sites in the long form, the quicker one in the short.
anywhere = pytest.mark.parametrize("site", ["embedded", "cluster"] if LONG else ["embedded"], indirect=True)
# For what several servers or a broker of its own make harder.
on_cluster_at_least = pytest.mark.parametrize("site", ["embedded", "cluster"] if LONG else ["cluster"], indirect=True)


def sockets(server: Server) -> int:
    """How many its processes hold open."""
    status, text = server.request("GET", "/metrics")
    assert status == 200
    found = re.search(r"^orders_sockets (\d+)\.0$", text, re.MULTILINE)
    assert found is not None
    return int(found[1])
