"""Publisher of committed events to the channel layer; it never fails and never delays the writer.

A commit puts its events into a bounded queue. A daemon thread with its own Redis connection sends them, an owner's run
of consecutive events as one message: the first event at once, those that follow closely in batches.
Events lost to a full queue or a dead Redis are found by every server's sweep of the log, so nothing here is retried.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from market.support.circuit_breaker import CircuitBreaker
from market.support.outage import Outage
from orders.live import groups, signing
from orders.live.redis_sender import GroupSender
from orders.log.recording import Committed
from orders.protocol import outbound

log = logging.getLogger(__name__)

QUEUE = 20_000
RUN = 200
SEND_SECONDS = 2.0
# Minimum interval between two batches, so that a flood of saves doesn't cost one send each.
PACE_SECONDS = 0.005
BREAK_SECONDS = 0.5
EXIT_SECONDS = 3.0


class _Queued(NamedTuple):
    user_id: int
    seq: int
    body: str
    committed: float


@dataclass
class Publisher:
    """One per process: the queue, the thread that empties it, and their counters."""

    published: int = 0
    dropped: int = 0
    failures: int = 0
    _queue: deque[_Queued] = field(default_factory=deque)
    _wake: threading.Event = field(default_factory=threading.Event)
    _idle: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _sender: GroupSender = field(default_factory=lambda: GroupSender(SEND_SECONDS))
    _breaker: CircuitBreaker = field(
        default_factory=lambda: CircuitBreaker(
            Outage(log, "Redis accepts no events (%s); the sweep delivers them.", "Redis accepts events again.")
        )
    )

    def put(self, events: Sequence[Committed], at: float) -> None:
        """Queue events committed `at`, or count them as dropped; return at once."""
        if self._breaker.is_open or len(self._queue) + len(events) > QUEUE:
            self.dropped += len(events)
            return
        self._queue.extend(_Queued(*event, at) for event in events)
        if self._thread is None:
            self._start()
        # A busy thread checks the queue again before it waits, so only an idle one is woken.
        if self._idle.is_set():
            self._idle.clear()
            self._wake.set()

    def flush(self, seconds: float) -> None:
        """Wait until everything queued has been sent or dropped, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while self._thread and (self._queue or not self._idle.is_set()) and (left := deadline - time.monotonic()) > 0:
            self._idle.wait(left)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        next_at = 0.0
        while True:
            while not self._queue:
                self._idle.set()
                if not self._queue:
                    self._wake.wait()
                self._idle.clear()
                self._wake.clear()
            if len(self._queue) < RUN and (early := next_at - time.monotonic()) > 0:
                time.sleep(early)
            next_at = time.monotonic() + PACE_SECONDS
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), RUN))]
            # Threads may queue events in another order than they committed them; sorting spares hubs a read of the log.
            batch.sort(key=itemgetter(0, 1))
            try:
                self._sender.send(_messages(batch))
            except Exception as error:  # whatever Redis does, the log has the events
                self._give_up(error, len(batch))
            else:
                self.published += len(batch)
                self._breaker.answered()

    def _give_up(self, error: Exception, unsent: int) -> None:
        """Drop the queue and open the circuit breaker, so that a stopped Redis is not tried for every event."""
        self.failures += 1
        self.dropped += unsent + len(self._queue)
        self._queue.clear()
        self._breaker.failed(error, BREAK_SECONDS)


def _messages(batch: list[_Queued]) -> list[tuple[str, dict[str, Any]]]:
    """One message to its owner's group for each run of consecutive events."""
    published = time.time() * 1000
    messages = []
    for (user_id, _), run in groupby(enumerate(batch), key=lambda item: (item[1].user_id, item[1].seq - item[0])):
        events = [event for _, event in run]
        texts = [outbound.live_event(event.body, event.committed, published) for event in events]
        messages.append((groups.orders(user_id), message(user_id, events[0].seq, texts)))
    return messages


def message(user_id: int, first: int, texts: Sequence[str]) -> dict[str, Any]:
    """A message to a group: consecutive events of its owner, the first of them numbered `first`."""
    signature = signing.sign(user_id, first, texts)
    return {"type": "orders.events", "user_id": user_id, "first": first, "texts": texts, "signature": signature}


publisher = Publisher()


def put(events: Sequence[Committed], at: float) -> None:
    """Hand events committed `at` (unix milliseconds) to this process' publisher."""
    publisher.put(events, at)


def _new_publisher_after_fork() -> None:
    global publisher
    publisher = Publisher()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_publisher_after_fork)
atexit.register(lambda: publisher.flush(EXIT_SECONDS))
