"""Fan-out to many sockets: time between the first and the last arrival of an event, its cost, and completeness."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.helpers import Helper, helper
from benchmarks.served import Served

QUIET = 1.5

Found = dict[str, float]


@contextmanager
def listening(site: Served, count: int, *, apart: bool = False) -> Iterator[Helper]:
    """`count` sockets of one user, or with `apart` of as many owners, in another process."""
    with helper("listeners", os.environ) as listeners:
        tokens = list(site.others[:count]) if apart else [site.token]
        listeners.ask("open", port=site.port, tokens=tokens, count=count, subscribes=site.name == "product")
        yield listeners


def together(site: Served, listeners: Helper, writer: Helper, sockets: int, events: int) -> Found:
    """Milliseconds from the first to the last arrival of an event, and the server's deliveries a core-second."""
    listeners.ask("begin")
    listeners.tell("until", each=1, quiet=4 * QUIET)
    writer.ask("saves", count=1, pause=0, owners=["bench"])  # it may still be starting
    listeners.answer()
    listeners.ask("begin")
    used = site.seconds()
    listeners.tell("until", each=events, quiet=QUIET)
    writer.ask("saves", count=events, pause=0.02, owners=["bench"])
    heard = listeners.answer()
    used = site.seconds() - used
    left = sockets - heard["closed"]
    whole = [(last - first, last - committed) for committed, first, last, count in heard["events"] if count == left]
    found: Found = {"delivered": heard["delivered"] / (sockets * events), "closed by the server": heard["closed"]}
    if not whole:
        return found
    return found | {
        "last after first": statistics.median(spread for spread, _ in whole),
        "commit → last": statistics.median(late for _, late in whole),
        "deliveries/core-s": heard["delivered"] / used,
    }


def apart(site: Served, listeners: Helper, writer: Helper, owners: int) -> Found:
    """One save of each owner, who has one socket: commit to frame, and deliveries a core-second."""
    listeners.ask("begin")
    used = site.seconds()
    listeners.tell("until", each=1, quiet=QUIET)
    writer.ask("saves", count=owners, pause=0, owners=site.owners[:owners])
    heard = listeners.answer()
    used = site.seconds() - used
    late = [first - committed for committed, first, _, _ in heard["events"]] or [float("inf")]
    return {
        "commit → frame": statistics.median(late),
        "deliveries/core-s": heard["delivered"] / used,
        "delivered": heard["delivered"] / owners,
    }


def burst(listeners: Helper, writer: Helper, sockets: int, saves: int, name: str) -> Found:
    """Saves by another process as fast as it can: the share delivered, and the share of sockets with the last value."""
    listeners.ask("begin")
    listeners.tell("until", each=saves, quiet=QUIET, last=f"{name}-{saves};")
    taken: list[float] = writer.ask("changes", count=saves, text=name)
    heard: dict[str, Any] = listeners.answer()
    return {
        "delivered": heard["delivered"] / (sockets * saves),
        "on the last value": heard["final"] / sockets,
        "saves/s": 1000 / statistics.mean(taken),
    }
