"""Reads that begin at a person, and bulk writes that no event escapes.

`QuerySet.update`, `bulk_create` and `bulk_update` send no signal of Django's; here they send `bulk_written`, inside the
write's own transaction, with the orders as they were and as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from orders import lifecycle, rows

if TYPE_CHECKING:
    from orders.models import Order

BATCH = 500

# Sent with `changes`: a list of (before or None, after), ordered by id, and `using`.
bulk_written = Signal()


class OrderQuerySet(models.QuerySet["Order"]):
    def for_trader(self, user: User | AnonymousUser) -> OrderQuerySet:
        """This person's own orders; nobody else's exist for him."""
        return self.filter(user_id=user.pk or 0)

    def working(self) -> OrderQuerySet:
        return self.filter(status__in=lifecycle.WORKING)

    def by_id(self, ids: Iterable[int], *, lock: bool = False) -> list[Order]:
        """These orders with their owners, by id, in batches that every database takes; `lock` until the commit."""
        wanted = sorted(ids)
        found: list[Order] = []
        for start in range(0, len(wanted), BATCH):
            batch = self.model._base_manager.using(self.db).filter(pk__in=wanted[start : start + BATCH])
            batch = batch.select_related("user").order_by("pk")
            found.extend(batch.select_for_update(of=("self",)) if lock else batch)
        return found

    def update(self, **kwargs: Any) -> int:
        """Django's update, recorded: every row that really changes gets the next version and an event."""
        with transaction.atomic(using=self.db, savepoint=False):
            ids = (
                list(self.order_by().values_list("pk", flat=True)) if not self.query.is_sliced else [o.pk for o in self]
            )
            before = self.by_id(ids, lock=True)
            kwargs.pop("version", None)
            matched = super().update(**kwargs) if kwargs else len(before)
            self._changed(before, self.by_id(ids))
        return matched

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(  # type: ignore[override]
        self, objs: Iterable[Order], *args: Any, **kwargs: Any
    ) -> list[Order]:
        """Django's bulk_create, recorded; refuses to ignore or update conflicts, which would hide what happened."""
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise ValueError("Orders are created or they are not: conflicts can be neither ignored nor overwritten.")
        with transaction.atomic(using=self.db, savepoint=False):
            orders: Any = list(objs)
            for order in orders:
                order.version = 1
            created: list[Any] = super().bulk_create(orders, *args, **kwargs)
            stored = self.by_id([order.pk for order in created])
            bulk_written.send(self.model, changes=[(None, order) for order in stored], using=self.db)
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def _changed(self, before: list[Order], after: list[Order]) -> None:
        """Raises the version of what changed and announces it."""
        now = timezone.now()
        pairs = []
        for old, new in zip(before, after, strict=True):
            if rows.changes(rows.order_row(old), rows.order_row(new)):
                # An order given away is `deleted` for one owner and `created` for the other: two events, two versions.
                new.version = old.version + (1 if new.user_id == old.user_id else 2)
                new.updated_at = now
                pairs.append((old, new))
        for given_away in (False, True):
            ids = [new.pk for old, new in pairs if (new.user_id != old.user_id) is given_away]
            for start in range(0, len(ids), BATCH):
                plain: models.QuerySet[Order] = models.QuerySet(self.model, using=self.db).filter(
                    pk__in=ids[start : start + BATCH]
                )
                plain.update(version=F("version") + (2 if given_away else 1), updated_at=now)
        if pairs:
            bulk_written.send(self.model, changes=pairs, using=self.db)
