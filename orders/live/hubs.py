"""The hubs of this process: one an event loop."""

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
    """The running event loop's hub: one a server process."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


def hear_committed(events: Sequence[Committed], at: float) -> None:
    """Tells this process' hubs what was committed in it `at` (unix milliseconds): their followers need no Redis."""
    heard = False
    for hub in hubs():
        with suppress(RuntimeError):  # its loop has just ended
            heard |= hub.hear_committed(events, at)
    if heard:
        # The loop that is to send them needs Python's lock, which this thread would else keep for some milliseconds.
        time.sleep(HAND_OVER_SECONDS)


def hubs() -> list[Hub]:
    """Those of the loops that run in this process, for whoever counts; other threads read their figures, no more."""
    return [hub for loop, hub in list(_hubs.items()) if loop.is_running()]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_hubs.clear)
