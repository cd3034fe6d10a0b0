"""Reads limited to one user's orders, and bulk writes that record every change.

For `QuerySet.update`, `bulk_create` and `bulk_update` Django sends no signal; here they send `bulk_written`, inside the
write's own transaction, with the orders before and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Max, Value
from django.utils import timezone

from market.support.batches import batches
from orders.domain import lifecycle, rows
from orders.domain.rules import BIGGEST_ID
from orders.models import staged
from orders.models.changes import Change, M, bulk_written
from orders.models.log import OrderEvent

# Columns by which lists are sorted, each with an index for that alone.
SORTED = (
    *("side", "order_type", "time_in_force", "quantity", "price", "stop_price", "status"),
    *("cum_qty", "leaves_qty", "avg_price", "text", "version", "updated_at"),
)
# Fields that a search covers, one per line, so that no term matches across two fields.
SEARCHED = ("symbol", Value("\n"), "client_order_id", Value("\n"), "text")


class OrderQuerySet(models.QuerySet[M]):
    def for_trader(self, user: User | AnonymousUser, *, by_id: bool = False) -> Self:
        """This user's own orders; other users' orders don't exist for them.

        `by_id` says that the query also filters by id: the ids are looked up then, and no index by owner is scanned.
        """
        found: Any
        if by_id:
            owner = ExpressionWrapper(F("user_id") + 0, output_field=models.BigIntegerField())
            found = self.alias(owner_id=owner).filter(owner_id=user.pk or 0)
        else:
            found = self.filter(user_id=user.pk or 0)
        # As Django's own `user.orders` does: the owner is not queried for every row.
        found._known_related_objects = {self.model._meta.get_field("user"): {user.pk: user}}
        return found  # type: ignore[no-any-return]

    def working(self) -> Self:
        return self.filter(status__in=lifecycle.WORKING)

    def by_id(self, ids: Iterable[int], *, lock: bool = False, owner: User | None = None) -> list[M]:
        """These orders with their owners, sorted by id, read in batches; with `lock` locked until the commit.

        With an `owner`, only their orders are read and locked. Numbers too large for an id are skipped.
        """
        everyones: OrderQuerySet[M] = OrderQuerySet(self.model, using=self.db)
        orders = everyones.select_related("user") if owner is None else everyones.for_trader(owner, by_id=True)
        found: list[M] = []
        for some in batches(sorted(pk for pk in set(ids) if pk <= BIGGEST_ID)):
            batch = orders.filter(pk__in=some).order_by("pk")
            found.extend(batch.select_for_update(of=("self",)) if lock else batch)
        return found

    def update(self, **kwargs: Any) -> int:
        """Django's update, recorded: every row that really changes gets the next version and an event."""
        if self.query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
        # Versions and times of changes are set here alone, for the log.
        written = {name: value for name, value in kwargs.items() if name not in rows.BOOKKEEPING}
        with transaction.atomic(using=self.db, savepoint=False):
            before = self.by_id(self.order_by().values_list("pk", flat=True), lock=True)
            ids = [order.pk for order in before]
            if not written:
                return len(ids)
            # Only locked rows are written: other rows may match by now, and their changes would not be recorded.
            matched = sum(super(OrderQuerySet, self.filter(pk__in=some)).update(**written) for some in batches(ids))
            self._changed(before, self.by_id(ids))
        return matched

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Django's bulk_create, recorded; refuses to ignore or update conflicts, which would hide what happened."""
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise ValueError("bulk_create of orders supports neither ignore_conflicts nor update_conflicts.")
        with transaction.atomic(using=self.db, savepoint=False):
            orders: Any = list(objs)
            for order in orders:
                order.version = self.next_version(order.pk)
            created: list[Any] = super().bulk_create(orders, *args, **kwargs)
            stored = self.by_id([order.pk for order in created])
            self._show_as_stored(created, stored)
            bulk_written.send(self.model, changes=[Change(None, order) for order in stored], using=self.db)
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """Django's delete, after locking the orders in the order of their ids, as every writer of several does."""
        if self.query.is_sliced or self.query.distinct_fields:
            return super().delete()
        counts = Counter[str]()
        with transaction.atomic(using=self.db, savepoint=False):
            locked: list[Any] = self.by_id(self.order_by().values_list("pk", flat=True), lock=True)
            owners = {self.model._meta.get_field("user"): {order.user_id: order.user for order in locked}}
            for some in batches([order.pk for order in locked]):
                orders: Any = OrderQuerySet(self.model, using=self.db).filter(pk__in=some)
                orders._known_related_objects = owners
                counts.update(super(OrderQuerySet, orders).delete()[1])
        return counts.total(), dict(counts)

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def next_version(self, order_id: int | None) -> int:
        """The first version of a new order: 1, or the one after the last if an order with this id was deleted."""
        if order_id is None:
            return 1
        logged = OrderEvent.objects.using(self.db).filter(order_id=order_id)
        last: int = logged.aggregate(last=Max("version"))["last"] or 0
        for entry in staged.entries(self.db):
            if entry.order["id"] == order_id:
                last = max(last, entry.order["version"])
        return last + 1

    def _show_as_stored(self, orders: list[M], stored: list[M]) -> None:
        """Give the instances the values that a later read will return, as a save does."""
        by_id = {order.pk: order for order in stored}
        for order in orders:
            for field in self.model._meta.concrete_fields:
                setattr(order, field.attname, getattr(by_id[order.pk], field.attname))

    def _changed(self, before: list[Any], after: list[Any]) -> None:
        """Raise the version of the orders that changed, and send `bulk_written` for them."""
        now = timezone.now()
        pairs: list[tuple[Any, Any]] = []
        for old, new in zip(before, after, strict=True):
            if rows.changes(rows.order_row(old), rows.order_row(new)):
                new.version = old.version + (rows.RISE if new.user_id == old.user_id else rows.RISE_GIVEN_AWAY)
                new.updated_at = now
                pairs.append((old, new))
        for rise in (rows.RISE, rows.RISE_GIVEN_AWAY):
            for some in batches([new.pk for old, new in pairs if new.version - old.version == rise]):
                plain: models.QuerySet[M] = models.QuerySet(self.model, using=self.db).filter(pk__in=some)
                plain.update(version=F("version") + rise, updated_at=now)
        if pairs:
            bulk_written.send(self.model, changes=[Change(*pair) for pair in pairs], using=self.db)
