"""Orders and their executions: fields, constraints, and the version that each save assigns."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import connections, models, transaction
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Concat, Lower, Round
from django.utils import timezone

from market.values.fields import AmountField, BytewiseCharField, ExactDecimalField, SymbolField
from orders.domain import lifecycle, rows
from orders.domain.lifecycle import STATUS_LABELS, Kind, OrderType, Side, Status, TimeInForce
from orders.models.changes import Change, saving
from orders.models.querysets import SEARCHED, SORTED, OrderQuerySet

CLIENT_ORDER_ID = r"^[A-Za-z0-9\-_]{1,36}\Z"


def values(members: Iterable[StrEnum]) -> list[str]:
    """The members' values as plain strings, as migrations store them."""
    return sorted(member.value for member in members)


def new_client_order_id() -> str:
    return str(uuid.uuid4())


class Order(models.Model):
    """An order in FIX's terms. Its status results from steps (`orders.trading`) and is never set by hand."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders")
    client_order_id = BytewiseCharField(
        max_length=36, default=new_client_order_id, validators=[RegexValidator(CLIENT_ORDER_ID)]
    )
    symbol = SymbolField(related_name="+", db_index=False)
    side = BytewiseCharField(max_length=4, choices=[(s.value, s.value.title()) for s in Side])
    order_type = BytewiseCharField(
        max_length=10,
        choices=[(t.value, t.value.replace("_", " ").title()) for t in OrderType],
        default=OrderType.LIMIT.value,
    )
    time_in_force = BytewiseCharField(
        max_length=3, choices=[(t.value, t.value.upper()) for t in TimeInForce], default=TimeInForce.DAY.value
    )
    quantity = AmountField()
    price = AmountField(null=True, blank=True)
    stop_price = AmountField(null=True, blank=True)
    status = BytewiseCharField(
        max_length=16,
        choices=[(s.value, label) for s, label in STATUS_LABELS.items()],
        default=Status.PENDING_NEW.value,
    )
    cum_qty = AmountField(default=lifecycle.ZERO)
    leaves_qty = models.GeneratedField(
        expression=Case(
            When(status__in=values(lifecycle.DONE), then=Value(lifecycle.ZERO)),
            default=Round(F("quantity") - F("cum_qty"), 8),
            output_field=AmountField(),
        ),
        output_field=AmountField(),
        db_persist=True,
    )
    avg_price = AmountField(null=True, blank=True)
    gross_trade_amount = ExactDecimalField(default=lifecycle.ZERO, editable=False)
    text = BytewiseCharField(max_length=255, blank=True, default="")
    searched = models.GeneratedField(
        expression=Lower(Concat(*SEARCHED, output_field=BytewiseCharField(max_length=313))),
        output_field=BytewiseCharField(max_length=313),
        db_persist=True,
    )
    version = models.PositiveBigIntegerField(default=1, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)
    is_import = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    arrival_price = AmountField(null=True, blank=True, editable=False)  # the market's when the broker accepted it

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [
            ("watch_all_orders", "Can watch everyone's orders"),
            ("execute_order", "Can report executions on any order"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "client_order_id"], name="order_client_order_id_once"),
            models.CheckConstraint(condition=Q(side__in=values(Side)), name="order_side_known"),
            models.CheckConstraint(condition=Q(order_type__in=values(OrderType)), name="order_type_known"),
            models.CheckConstraint(condition=Q(time_in_force__in=values(TimeInForce)), name="order_tif_known"),
            models.CheckConstraint(condition=Q(status__in=values(Status)), name="order_status_known"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_quantity_positive"),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gt=0), name="order_price_positive"),
            models.CheckConstraint(
                condition=Q(stop_price__isnull=True) | Q(stop_price__gt=0), name="order_stop_price_positive"
            ),
            models.CheckConstraint(
                condition=Q(cum_qty__gte=0) & Q(cum_qty__lte=F("quantity")), name="order_cum_qty_within_quantity"
            ),
            models.CheckConstraint(
                condition=Q(cum_qty=0, avg_price__isnull=True) | Q(cum_qty__gt=0, avg_price__isnull=False),
                name="order_avg_price_of_fills",
            ),
            models.CheckConstraint(
                condition=(
                    Q(order_type__in=["limit", "stop_limit"], price__isnull=False)
                    | Q(order_type__in=["market", "stop"], price__isnull=True)
                ),
                name="order_price_as_type_needs",
            ),
            models.CheckConstraint(
                condition=(
                    Q(order_type__in=["stop", "stop_limit"], stop_price__isnull=False)
                    | Q(order_type__in=["market", "limit"], stop_price__isnull=True)
                ),
                name="order_stop_price_as_type_needs",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "created_at", "id"], name="order_newest"),
            models.Index(fields=["user", "status", "created_at", "id"], name="order_by_status"),
            models.Index(fields=["user", "symbol", "id"], name="order_by_symbol"),
            *(models.Index(fields=["user", name, "id"], name=f"order_sorted_{name}") for name in SORTED),
        ]

    def __str__(self) -> str:
        return rows.words(self)

    def save(
        self,
        *,
        force_insert: bool | tuple[models.base.ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
        before: Order | None = None,
        kind: Kind | None = None,
    ) -> None:
        """Save in one transaction with the event; without a change the version stays and there is no event.

        `before` is the stored row, if the caller has locked and read it already; `kind` is the event kind from
        `trading`.
        """
        alias = using or self._state.db or "default"
        with transaction.atomic(using=alias, savepoint=False):
            before = before or self._stored(alias)
            names = None if update_fields is None else {self._meta.get_field(name).name for name in update_fields}
            self._clean_values(alias)
            if before is None:
                self.version = OrderQuerySet(Order, using=alias).next_version(self.pk)
            elif self._differs(before, names):
                is_given_away = self.user_id != before.user_id and (names is None or "user" in names)
                self.version = before.version + (rows.RISE_GIVEN_AWAY if is_given_away else rows.RISE)
                self.updated_at = timezone.now()
            else:
                self.version, self.updated_at = before.version, before.updated_at
            names = names and names | {"version", "updated_at"}
            with saving(Change(before, self, kind)):
                super().save(force_insert=force_insert, force_update=force_update, using=alias, update_fields=names)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Delete by a query, which locks the order first: the signals report the stored row, not this instance."""
        if self.pk is None:
            raise ValueError("An order that was never saved can't be deleted.")
        deleted = OrderQuerySet(Order, using=using or self._state.db or "default").filter(pk=self.pk).delete()
        self.pk = None
        return deleted

    def _stored(self, alias: str) -> Order | None:
        stored: list[Order] = OrderQuerySet(Order, using=alias).by_id([] if self.pk is None else [self.pk], lock=True)
        return stored[0] if stored else None

    def _clean_values(self, alias: str) -> None:
        """Replace the assigned values, database expressions included, by those that a later read will return."""
        for field in self._meta.concrete_fields:
            value = self.__dict__.get(field.attname)
            if field.generated or field.primary_key or value is None:
                continue
            if hasattr(value, "resolve_expression"):
                expression = ExpressionWrapper(value, output_field=field)
                row = OrderQuerySet(Order, using=alias).filter(pk=self.pk).annotate(value_to_be=expression)
                value = row.values_list("value_to_be", flat=True).get()
            value = field.to_python(value)
            stored = field.as_stored(value, connections[alias]) if isinstance(field, AmountField) else value
            setattr(self, field.attname, stored)

    def _differs(self, before: Order, names: set[str] | None) -> bool:
        """Whether this save would change what a reader sees."""
        changed = rows.changes(rows.order_row(before), rows.order_row(self)).keys() - {"id", "leaves_qty"}
        return bool(changed if names is None else changed & names)


class Execution(models.Model):
    """A broker's report as accepted; it makes reports idempotent: the same ExecID again changes nothing."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="executions")
    exec_id = BytewiseCharField(max_length=64)
    kind = models.CharField(max_length=16)
    last_qty = AmountField(null=True)
    last_price = AmountField(null=True)
    text = models.CharField(max_length=255, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "exec_id"], name="execution_exec_id_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.exec_id}"
