"""Bulk writes of orders in few statements, each order with its event: as `save`, for a thousand at a time.

`QuerySet.bulk_create` and `update` accept any values, so they read back what the database has stored. Here every value
is known before it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from market.values.fields import AmountField
from orders.domain import lifecycle, rows
from orders.domain.lifecycle import Status
from orders.models import Change, Order
from orders.models.changes import bulk_written
from orders.store import statements


def create(orders: Sequence[Order], *, using: str = "default") -> None:
    """Insert new orders whose owners are loaded; afterwards they are as a later read will return them.

    An order whose owner has already used its client_order_id is left unchanged, without a key: the database decides.
    """
    with transaction.atomic(using=using, savepoint=False):
        connection = connections[using]
        fields = [field for field in Order._meta.local_concrete_fields if not (field.generated or field.primary_key)]
        for field in fields:
            if isinstance(field, AmountField):
                _round(orders, field, connection)
        columns = [_stored(orders, field, connection) for field in fields]
        ids = {
            (user_id, client_order_id): pk
            for pk, user_id, client_order_id in statements.insert(
                connection,
                Order._meta.db_table,
                fields,
                list(zip(*columns, strict=True)),
                unless=("user_id", "client_order_id"),
                returning=("id", "user_id", "client_order_id"),
            )
        }
        created = [order for order in orders if (order.user_id, order.client_order_id) in ids]
        for order in created:
            order.pk = ids[order.user_id, order.client_order_id]
            order.leaves_qty = lifecycle.leaves_qty(Status(order.status), order.quantity, order.cum_qty)
            order._state.adding, order._state.db = False, using
        bulk_written.send(Order, changes=[Change(None, order) for order in created], using=using)


def change(changes: Sequence[Change[Order]], names: Sequence[str], *, using: str = "default") -> None:
    """Update these fields of locked orders, if one of the fields changes, with the next version and the time."""
    now = timezone.now()
    changed = [
        each for each in changes if any(getattr(each.before, name) != getattr(each.after, name) for name in names)
    ]
    with transaction.atomic(using=using, savepoint=False):
        connection = connections[using]
        fields: list[Any] = [Order._meta.get_field(name) for name in (*names, "version", "updated_at", "id")]
        after = [each.after for each in changed if each.after is not None]
        for order in after:
            order.version, order.updated_at = order.version + rows.RISE, now
        for field in fields:
            if isinstance(field, AmountField):
                _round(after, field, connection)
        columns = [_stored(after, field, connection) for field in fields]
        statements.update(connection, Order._meta.db_table, fields, list(zip(*columns, strict=True)))
        for order in after:
            order.leaves_qty = lifecycle.leaves_qty(Status(order.status), order.quantity, order.cum_qty)
        bulk_written.send(Order, changes=changed, using=using)


def _round(orders: Sequence[Order], field: AmountField, connection: BaseDatabaseWrapper) -> None:
    """Give the orders the numbers that a later read will return."""
    for order in orders:
        value = getattr(order, field.attname)
        if value is not None:
            setattr(order, field.attname, field.as_stored(value, connection))


def _stored(orders: Sequence[Order], field: Any, connection: BaseDatabaseWrapper) -> list[Any]:
    """This column of the orders, in the database's own form."""
    as_stored: Callable[[Any], Any]
    if isinstance(field, AmountField):
        as_stored = float if connection.vendor == "sqlite" else _as_it_is
    elif isinstance(field, models.DateTimeField):
        as_stored = connection.ops.adapt_datetimefield_value
    elif isinstance(field, models.CharField) and type(field).get_prep_value is models.CharField.get_prep_value:
        as_stored = str
    else:
        as_stored = _prepared(field, connection)
    values = (getattr(order, field.attname) for order in orders)
    return [None if value is None else as_stored(value) for value in values]


def _as_it_is(value: Any) -> Any:
    return value


def _prepared(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    return lambda value: field.get_db_prep_save(value, connection)
