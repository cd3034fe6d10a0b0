"""`manage.py trim_log --keep 10000 --days 7`: drops old events in small batches, so that writers hardly wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from market.support.database_command import DatabaseCommand
from market.values import decimals
from orders.log import upkeep
from orders.models import EventCounter, OrderEvent

# The owner's writers wait while a batch is dropped: some hundredths of a second.
BATCH = 2000


class Command(DatabaseCommand):
    help = "Drops old events from the log. An event stays if either --keep or --days keeps it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", type=decimals.whole, help="keep this many of each owner's newest events")
        parser.add_argument("--days", type=decimals.real, help="keep events younger than this many days")
        parser.add_argument("--user", help="trim only this owner's events")

    def handle(self, *args: Any, **options: Any) -> None:
        keep, days = options["keep"], options["days"]
        if keep is None and days is None:
            raise CommandError("Specify what to keep: --keep EVENTS, --days DAYS or both.")
        if (keep or 0) < 0 or not 0 <= (days or 0) <= 36_500:
            raise CommandError("--keep must be 0 or more, and --days from 0 to 36500.")
        since = None if days is None else timezone.now() - timedelta(days=days)
        owners = dropped = 0
        for counter in self._counters(options["user"]):
            number = _trim(counter, keep, since)
            if number:
                owners += 1
                dropped += number
                self.stdout.write(f"{counter.user}: {number:,} dropped, {_log(counter).count():,} kept.")
        self.stdout.write(f"{dropped:,} events of {owners:,} owners dropped.")

    def _counters(self, name: str | None) -> list[EventCounter]:
        counters = EventCounter.objects.select_related("user").order_by("user_id")
        if name is None:
            return list(counters)
        if not get_user_model()._default_manager.filter(username=name).exists():
            raise CommandError(f"There is no user {name}.")
        return list(counters.filter(user__username=name))


def _log(counter: EventCounter) -> QuerySet[OrderEvent]:
    return OrderEvent.objects.filter(user_id=counter.user_id).order_by("seq")


def _trim(counter: EventCounter, keep: int | None, since: datetime | None) -> int:
    """Trim an owner's log; return the number of events dropped. After a restore, numbers may be missing in the log."""
    seqs = _log(counter).values_list("seq", flat=True)
    oldest = seqs.first()
    if oldest is None or (keep or 0) >= counter.head:
        return 0
    through = counter.head
    if keep is not None:
        through = next(iter(seqs.reverse()[keep : keep + 1]), 0)
    if since is not None:
        through = min(through, _last_before(counter, oldest, since))
    if through < oldest:
        return 0
    dropped = step = upkeep.trim(counter.user_id, through, limit=BATCH)
    while step == BATCH:
        step = upkeep.trim(counter.user_id, through, limit=BATCH)
        dropped += step
    return dropped


def _last_before(counter: EventCounter, oldest: int, since: datetime) -> int:
    """The number of the owner's newest event before `since`, by binary search: times ascend with numbers."""
    old, young = oldest - 1, counter.head + 1
    while young - old > 1:
        middle = (old + young) // 2
        # The first stored event at or after the middle.
        at = _log(counter).filter(seq__gte=middle).values_list("at", flat=True).first()
        if at is not None and at < since:
            old = middle
        else:
            young = middle
    return old
