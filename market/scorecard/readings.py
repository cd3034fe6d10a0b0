"""A whole record as a process knows it: read once, then only what is new, at most twice a minute.

A forecast that has come due does not change any more, so what lies before the first that has not is read once. What is
after that is read anew each time. If a forecast vanishes, everything is read again, as it is once a day.

Much is read by a thread of its own, part by part, while others get the reading before it, or learn how far it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import Error, connection
from django.db.models import Max, Min, Q

from market.forecaster.record import COUNTERS
from market.models import ForecastCounter, ShownCone, ShownForecast
from market.scorecard import cone_reading, record_reading
from market.scorecard.cone_reading import ConeTally
from market.scorecard.record_reading import TouchTally
from market.scorecard.tally import Tally
from market.support.reasons import reason

log = logging.getLogger(__name__)

KEPT_SECONDS = 30.0
WHOLE_SECONDS = 86_400.0
# The most holes that are named.
NAMED = 5
# Who asks reads this many rows, in a second at most; more are read by a thread, part by part. Smaller parts show better
# how far it is, and have more groups in all.
AT_ONCE = 25_000
PART = 100_000
# How long who asks waits for another's reading, if there is none before it.
PATIENCE_SECONDS = 1.0

T = TypeVar("T", bound=Tally)


class BeingRead(Exception):
    """The record is being read for the first time: `done` of `total` rows."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"{done} of {total}")
        self.done = done
        self.total = total


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """Which record, and how it is read: `outcome` is null where it isn't known."""

    model: type[ShownForecast] | type[ShownCone]
    outcome: str
    tally: type[T]
    read: Callable[[int, int], T]

    @property
    def rows(self) -> Any:
        return self.model._default_manager

    def settled_to(self, head: int) -> int:
        """The number up to which nothing waits to come due."""
        waiting = Q(**{self.outcome: None}, unscored="")
        first = self.rows.filter(waiting, number__lte=head).aggregate(Min("number"))["number__min"]
        return head if first is None else first - 1

    def head(self) -> int:
        found = ForecastCounter.objects.filter(pk=COUNTERS[self.model]).aggregate(Max("head", default=0))
        return int(found["head__max"])


@dataclass(slots=True)
class Reading(Generic[T]):
    """The record at `read_at` (unix seconds): `final` up to `settled_to`, `recent` after it, up to `head`.

    `holes` are the first ranges of numbers that are not stored, each from and to.
    """

    read_at: float
    head: int
    settled_to: int
    final: T
    recent: T
    holes: list[tuple[int, int]]
    # What has been made of this reading, by what was asked for.
    made: dict[Any, Any] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[T, T]:
        return self.final, self.recent

    @property
    def stored(self) -> int:
        return self.final.stored + self.recent.stored


class Readings(Generic[T]):
    """Thread-safe: who asks while another thread reads gets the reading before, if there is one."""

    def __init__(self, record: Record[T]) -> None:
        self._record = record
        # Held by who reads; it may be handed on to a thread.
        self._lock = threading.Lock()
        self._reading: Reading[T] | None = None
        self._kept_until = 0.0
        self._whole_until = 0.0
        self._progress = 0, 0

    def newest(self, patience: float | None = None) -> Reading[T]:
        """The newest reading, at most KEPT_SECONDS old unless another thread is at it. Raises DatabaseError, BeingRead.

        BeingRead is raised only where there has been no reading yet, after PATIENCE_SECONDS unless told otherwise.
        """
        patience = PATIENCE_SECONDS if patience is None else patience
        if not self._is_fresh() and self._lock.acquire(blocking=False):
            self._renew()
        if self._reading is None and self._lock.acquire(timeout=patience):
            # Who read before was quick, or failed.
            self._renew()
        found = self._reading
        if found is None:
            raise BeingRead(*self._progress)
        return found

    def forget(self) -> None:
        """Read everything at the next request."""
        with self._lock:
            self._reading = None

    def _is_fresh(self) -> bool:
        return self._reading is not None and time.monotonic() < self._kept_until

    def _renew(self) -> None:
        """Read what is new, or let a thread do it if that is much; this thread holds the lock, and gives it away."""
        is_handed_on = False
        try:
            if self._is_fresh():
                return
            head = self._record.head()
            settled_to = self._record.settled_to(head)
            before = self._reading
            if before is None or time.monotonic() >= self._whole_until or not self._still_has(before, settled_to):
                before = None
            self._progress = 0, head
            if head - (before.settled_to if before else 0) <= AT_ONCE:
                self._read(before, head, settled_to)
            else:
                arguments = before, head, settled_to
                threading.Thread(target=self._read_apart, args=arguments, name="record-reader", daemon=True).start()
                is_handed_on = True
        finally:
            if not is_handed_on:
                self._lock.release()

    def _read_apart(self, before: Reading[T] | None, head: int, settled_to: int) -> None:
        """Read in a thread that has been given the lock; after a failure, the next who asks tries again."""
        try:
            self._read(before, head, settled_to)
        except Error as error:
            log.error("The record of forecasts could not be read: %s", reason(error))
        finally:
            connection.close()
            self._lock.release()

    def _read(self, before: Reading[T] | None, head: int, settled_to: int) -> None:
        record, read_at = self._record, time.time()
        final, known = (record.tally(), 0) if before is None else (before.final, before.settled_to)
        if settled_to > known:
            # A new one, because other threads read the old one.
            old, final = final, record.tally()
            final.add(old)
        for first in range(known, settled_to, PART):
            self._progress = first, head
            final.add(record.read(first, min(first + PART, settled_to)))
        self._progress = settled_to, head
        reading = Reading(read_at, head, settled_to, final, record.read(settled_to, head), [])
        if reading.stored < head:
            reading.holes = _holes(record, head)
        now = time.monotonic()
        self._reading, self._kept_until = reading, now + KEPT_SECONDS
        if before is None:
            self._whole_until = now + WHOLE_SECONDS

    def _still_has(self, reading: Reading[T], settled_to: int) -> bool:
        """Whether what was read for good is still there."""
        if settled_to < reading.settled_to:
            return False
        stored: int = self._record.rows.filter(number__lte=reading.settled_to).count()
        return stored == reading.final.stored


def _holes(record: Record[Any], head: int) -> list[tuple[int, int]]:
    """The first ranges of missing numbers, found by the database."""
    table = connection.ops.quote_name(record.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT before + 1, number - 1 FROM (SELECT number, LAG(number, 1, 0) OVER (ORDER BY number) AS before"  # noqa: S608
            f" FROM {table} WHERE number BETWEEN 1 AND %s) AS pairs WHERE number > before + 1 ORDER BY number LIMIT %s",
            [head, NAMED],
        )
        found = [(int(first), int(last)) for first, last in cursor.fetchall()]
    newest = record.rows.filter(number__lte=head).aggregate(Max("number", default=0))["number__max"]
    if newest < head and len(found) < NAMED:
        found.append((newest + 1, head))
    return found


TOUCHES = Record(ShownForecast, "outcome", TouchTally, record_reading.read)
CONES = Record(ShownCone, "price", ConeTally, cone_reading.read)
readings = Readings(TOUCHES)
cone_readings = Readings(CONES)


def newest() -> tuple[Reading[TouchTally], Reading[ConeTally]]:
    """The newest reading of both records. Raises DatabaseError, and BeingRead while either is read the first time."""
    touches, of_touches = _tried(readings, PATIENCE_SECONDS)
    cones, of_cones = _tried(cone_readings, PATIENCE_SECONDS if touches else 0)
    if touches is None or cones is None:
        raise BeingRead(of_touches[0] + of_cones[0], of_touches[1] + of_cones[1])
    return touches, cones


def _tried(own: Readings[T], patience: float) -> tuple[Reading[T] | None, tuple[int, int]]:
    """The newest reading, if there is one, and how many rows of how many have been read."""
    try:
        found = own.newest(patience)
    except BeingRead as being_read:
        return None, (being_read.done, being_read.total)
    return found, (found.head, found.head)
