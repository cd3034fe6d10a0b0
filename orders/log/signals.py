"""The signals that make a plain `save()` or `delete()` an event: each receiver is one call."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete

from orders.log import recording
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


def connect() -> None:
    post_save.connect(order_saved, sender=Order)
    pre_delete.connect(order_about_to_be_deleted, sender=Order)
    post_delete.connect(order_deleted, sender=Order)
    bulk_written.connect(orders_written, sender=Order)
