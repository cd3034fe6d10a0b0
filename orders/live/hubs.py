"""The hubs of this process, one per event loop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from weakref import WeakKeyDictionary

from orders.live.hub import Hub
from orders.log.recording import Committed

HAND_OVER_SECONDS = 0.00005

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def get_hub() -> Hub:
    """The running event loop's hub; a server process has one."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


def hear_committed(events: Sequence[Committed], at: float) -> None:
    """Hand events committed here `at` (unix milliseconds) to this process' hubs: their followers need no Redis."""
    heard = False
    for hub in hubs():
        with suppress(RuntimeError):  # its loop has just ended
            heard |= hub.hear_committed(events, at)
    if heard:
        # Releases the GIL to the loop that sends them; this thread would otherwise keep it for some milliseconds.
        time.sleep(HAND_OVER_SECONDS)


def hubs() -> list[Hub]:
    """The hubs of this process' running loops, for metrics; other threads may read their counters and nothing else."""
    return [hub for loop, hub in list(_hubs.items()) if loop.is_running()]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_hubs.clear)
