"""Signal receivers that record every write of orders as events; each is one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save

from orders.log import recording
from orders.models import Change, Order
from orders.models.changes import bulk_written, saved


def order_saved(sender: type[Order], instance: Order, raw: bool, using: str, update_fields: Any, **kwargs: Any) -> None:
    if not raw:
        recording.record([saved(instance, update_fields)], using=using)


def order_deleted(sender: type[Order], instance: Order, using: str, **kwargs: Any) -> None:
    recording.record([Change(instance, None)], using=using)


def orders_written(sender: type[Order], changes: Iterable[Change[Order]], using: str, **kwargs: Any) -> None:
    recording.record(changes, using=using)


def connect() -> None:
    post_save.connect(order_saved, sender=Order)
    post_delete.connect(order_deleted, sender=Order)
    bulk_written.connect(orders_written, sender=Order)
