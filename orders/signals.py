"""The signals that make a plain `save()` or `delete()` an event, and a commit news: each receiver is one call."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete

from orders import hub, publish, recording
from orders.models import Change, Order
from orders.models.querysets import OrderQuerySet, bulk_written


def order_saved(
    sender: type[Order], instance: Order, created: bool, raw: bool, using: str, update_fields: Any, **kwargs: Any
) -> None:
    if not raw:
        recording.record_save(instance, created=created, update_fields=update_fields, using=using)


def order_about_to_be_deleted(sender: type[Order], instance: Order, using: str, **kwargs: Any) -> None:
    stored: list[Order] = OrderQuerySet(Order, using=using).by_id([instance.pk], lock=True)
    instance.change = Change(stored[0] if stored else None)


def order_deleted(sender: type[Order], instance: Order, using: str, **kwargs: Any) -> None:
    recording.record([(instance.change.before if instance.change else None, None)], using=using)


def orders_written(sender: type[Order], changes: list[tuple[Order | None, Order]], using: str, **kwargs: Any) -> None:
    recording.record(changes, using=using)


def told_here(sender: object, events: list[recording.Committed], at: float, **kwargs: Any) -> None:
    hub.hear_committed(events, at)


def told_elsewhere(sender: object, events: list[recording.Committed], at: float, **kwargs: Any) -> None:
    publish.put(events, at)


def connect() -> None:
    post_save.connect(order_saved, sender=Order)
    pre_delete.connect(order_about_to_be_deleted, sender=Order)
    post_delete.connect(order_deleted, sender=Order)
    bulk_written.connect(orders_written, sender=Order)
    # In this order: the publisher's thread would be in the way of the sockets that follow here.
    recording.committed.connect(told_here)
    recording.committed.connect(told_elsewhere)
