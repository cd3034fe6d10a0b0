"""Signal receivers that deliver a commit: to this process' sockets, then to other processes. Each is one call."""

from __future__ import annotations

from typing import Any

from orders.live import hubs, publisher
from orders.log import recording


def told_here(sender: object, events: list[recording.Committed], at: float, **kwargs: Any) -> None:
    hubs.hear_committed(events, at)


def told_elsewhere(sender: object, events: list[recording.Committed], at: float, **kwargs: Any) -> None:
    publisher.put(events, at)


def connect() -> None:
    # In this order: woken first, the publisher's thread would delay the sockets of this process.
    recording.committed.connect(told_here)
    recording.committed.connect(told_elsewhere)
