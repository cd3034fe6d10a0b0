"""Log maintenance for operators: trim events, recount totals, and skip numbers after a restore."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.db.models import Count, F

from orders.domain import lifecycle
from orders.models import EventCounter, Order, OrderEvent
from orders.models.log import KEPT


def recount(user_id: int) -> bool:
    """Recount the owner's orders, after rows were written without the log; return whether the totals were wrong."""
    with transaction.atomic(durable=True):
        counter = EventCounter.objects.select_for_update().filter(user_id=user_id).first()
        counter = counter or EventCounter(user_id=user_id)
        of_status = Order.objects.filter(user_id=user_id).order_by().values_list("status").annotate(Count("pk"))
        found = Counter[str]()
        for status, count in of_status:
            found[lifecycle.TAB_OF[status]] += count
        if all(getattr(counter, tab) == found[tab] for tab in KEPT):
            return False
        for tab in KEPT:
            setattr(counter, tab, found[tab])
        counter.save()
    return True


def trim(user_id: int, through: int, *, limit: int | None = None, using: str = "default") -> int:
    """Delete the owner's events up to and including `through`, at most the `limit` oldest; return how many."""
    # In a transaction of its own: holding the lock of a counter during other work could cause a deadlock.
    with transaction.atomic(using=using, durable=True):
        counter = EventCounter.objects.using(using).select_for_update().filter(user_id=user_id).first()
        if counter is None:
            return 0
        through = min(through, counter.head)
        old = OrderEvent.objects.using(using).filter(user_id=user_id, seq__lte=through)
        if limit is not None:
            through = next(iter(old.order_by("seq").values_list("seq", flat=True)[limit - 1 : limit]), through)
        # After a restore the log still holds events below `trimmed`.
        counter.trimmed = max(counter.trimmed, through)
        counter.save(using=using, update_fields=["trimmed"])
        return old.filter(seq__lte=through).delete()[0]


def skip_numbers(count: int) -> int:
    """Skip every owner's next `count` numbers, and mark them and all before as trimmed; return the number of owners.

    After a restore, new events would otherwise reuse numbers that clients have seen, and no client would notice. Stored
    events stay, for their orders' histories, until they are trimmed.
    """
    return EventCounter.objects.update(head=F("head") + count, trimmed=F("head") + count)
