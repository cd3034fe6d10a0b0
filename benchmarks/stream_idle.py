"""Cost of an idle subscribed socket for the server: memory, and processor time of its heartbeats."""

from __future__ import annotations

import time

from benchmarks.served import Served
from benchmarks.stream_fanout import listening

SETTLED = 1.0
WATCHED = 6.0  # longer than the interval of heartbeats


def idle(site: Served, sockets: int) -> dict[str, float]:
    """KiB a socket, and the share of a core that the idle server uses."""
    with listening(site, 10):
        time.sleep(SETTLED)  # one-time costs of the first sockets
    before = site.kibibytes()
    with listening(site, sockets):
        time.sleep(SETTLED)
        grown = site.kibibytes() - before
        used = site.seconds()
        time.sleep(WATCHED)
        used = site.seconds() - used
    return {"KiB a socket": grown / sockets, "idle core share": used / WATCHED}
