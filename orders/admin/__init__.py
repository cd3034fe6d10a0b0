"""The orders admin: placing, amending and every other step go through `trading`; nothing is overwritten or deleted."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, TabularInline
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from market.catalog.admin_columns import amount_column
from orders import trading
from orders.admin import listing
from orders.admin.forms import AmendForm, NewOrderForm, ReportForm
from orders.admin.listing import OrderPaginator, note, placed_at, symbol
from orders.domain import lifecycle
from orders.domain.errors import OrderError
from orders.domain.fields import FIELDS, Field, Value
from orders.domain.lifecycle import ExecutionKind, Status, Step
from orders.log.provenance import Source, acting
from orders.models import Execution, Order, OrderEvent
from orders.models.querysets import OrderQuerySet
from orders.trading import Report

HISTORY = 50


def _column(field: Field) -> Any:
    return amount_column(field.name, field.title) if field.value is Value.AMOUNT else field.name


QUANTITY, PRICE, FILLED = (_column(field) for field in FIELDS if field.name in ("quantity", "price", "cum_qty"))
# Fields of a form whose order can't be amended, and fields that never can be.
ONLY_READ: list[Any] = [_column(field) for field in FIELDS if field.name in AmendForm.Meta.fields]
FIXED: list[Any] = [*(_column(field) for field in FIELDS if field.name not in AmendForm.Meta.fields), "history"]

admin.site.site_header = admin.site.site_title = "Order monitor"
admin.site.index_title = "Administration"
admin.site.enable_nav_sidebar = False  # the lists need the width
STEP_NAMES = {
    ExecutionKind.ACCEPT: "Accept",
    ExecutionKind.REJECT: "Reject",
    ExecutionKind.FILL: "Fill",
    ExecutionKind.CANCEL: "Confirm the cancellation of",
    ExecutionKind.CANCEL_REFUSED: "Refuse to cancel",
    ExecutionKind.EXPIRE: "Expire",
}


class ExecutionInline(TabularInline):
    model = Execution
    extra = 0
    can_delete = False
    fields: ClassVar[Any] = ["exec_id", "kind", amount_column("last_qty"), amount_column("last_price"), "text", "at"]
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(ModelAdmin):
    list_display = [
        *("id", placed_at, "user", symbol, "side", QUANTITY, PRICE),
        *("status", FILLED, note),
    ]
    list_filter = ["status", "side", "order_type", "time_in_force", "created_at"]
    list_select_related = ["user"]
    list_per_page = 50
    show_full_result_count = False
    # Sorting by any other column would sort the whole table.
    sortable_by = ["id"]
    search_fields = ["symbol", "client_order_id", "text"]  # shows the search box; `listing.found` does the search
    search_help_text = "User name; part of a symbol, instrument name, client order id or text; buy or sell; order id"
    autocomplete_fields = ["user", "symbol"]
    ordering = ["-id"]
    inlines = [ExecutionInline]
    actions = [*(f"step_{kind}" for kind in ExecutionKind), "request_cancel"]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show a refusal that comes only at the commit, after a concurrent change, like an earlier one."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except OrderError as refused:
            list(messages.get_messages(request))  # drop Django's success message: it is not true
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_form(self, request: HttpRequest, obj: Order | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=AmendForm if obj else NewOrderForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        if obj is None:
            return NewOrderForm.Meta.fields
        if self._may_amend(request, obj):
            return [*AmendForm.Meta.fields, "expected_version", *FIXED]
        return [*ONLY_READ, *FIXED]

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        if obj is None:
            return []
        return FIXED if self._may_amend(request, obj) else [*ONLY_READ, *FIXED]

    def get_inlines(self, request: HttpRequest, obj: Order | None) -> Any:
        return self.inlines if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Paginator:
        """The order list has its own paginator; the history page of one order has Django's."""
        paginator = OrderPaginator if queryset.model is Order else Paginator
        return paginator(queryset, *args, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        return (listing.found(queryset, term) if term else queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Never allowed: orders are cancelled. The log would record a deletion, but none is needed."""
        return False

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        with acting(Source.ADMIN, request.user.get_username()):
            if not change:
                stored = trading.place(form.owner, form.new_order).order
            elif form.amendment:
                stored = trading.amend(obj.user, obj.pk, form.version, form.amendment)
            else:
                return
        obj.__dict__.update(stored.__dict__)

    @admin.display(description="History")
    def history(self, order: Order) -> SafeString:
        """The newest events of the order, read only."""
        events = OrderEvent.objects.filter(order_id=order.pk).order_by("-version")[:HISTORY]
        lines = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            ((e.version, f"{e.at:%Y-%m-%d %H:%M:%S}", e.kind, _changes(e), e.source, e.actor or "–") for e in events),
        )
        head = "<tr><th>Version</th><th>At (UTC)</th><th>Event</th><th>Changes</th><th>Source</th><th>By</th></tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), lines)

    @admin.action(description="Request cancellation of the selected orders", permissions=["change"])
    def request_cancel(self, request: HttpRequest, queryset: OrderQuerySet[Order]) -> None:
        done = 0
        with acting(Source.ADMIN, request.user.get_username()):
            for order in queryset.select_related("user"):
                try:
                    trading.cancel(order.user, order.pk)
                    done += 1
                except OrderError as refused:
                    self.message_user(request, f"{order}: {refused.message}", messages.ERROR)
        if done:
            self.message_user(request, f"Requested cancellation of {done} order{pluralize(done)}.", messages.SUCCESS)

    def has_execute_permission(self, request: HttpRequest) -> bool:
        return trading.can_execute(request.user)  # type: ignore[arg-type]

    def _take_step(
        self, request: HttpRequest, queryset: OrderQuerySet[Order], kind: ExecutionKind
    ) -> HttpResponse | None:
        """Ask for the reason first, listing the orders that allow the step; then report the step for each of them."""
        orders = list(queryset.select_related("user"))
        legal = [order for order in orders if lifecycle.is_legal(Status(order.status), Step(kind))]
        form = ReportForm(kind, request.POST if "confirmed" in request.POST else None)
        if legal and form.is_bound and form.is_valid():
            self._report(request, legal, kind, form.cleaned_data)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{STEP_NAMES[kind]} orders",
            "opts": self.opts,
            "action": f"step_{kind}",
            "form": form,
            "legal": legal,
            "illegal": [order for order in orders if order not in legal],
        }
        return TemplateResponse(request, "admin/orders/order/step.html", context)

    def _report(self, request: HttpRequest, orders: list[Order], kind: ExecutionKind, values: dict[str, Any]) -> None:
        done = 0
        for order in orders:
            is_fill = kind is ExecutionKind.FILL
            report = Report(
                exec_id=f"admin-{uuid.uuid4().hex}",
                kind=kind,
                last_qty=_given(values, "last_qty", order.quantity - order.cum_qty) if is_fill else None,
                last_price=_given(values, "last_price", order.price) if is_fill else None,
                text=values["text"],
            )
            try:
                with acting(Source.ADMIN, request.user.get_username()):
                    trading.execute(request.user, order.pk, report)  # type: ignore[arg-type]
                done += 1
            except OrderError as refused:
                self.message_user(request, f"{order}: {refused.message}", messages.ERROR)
        if done:
            self.message_user(request, f"{STEP_NAMES[kind]}: {done} done.", messages.SUCCESS)

    def _may_amend(self, request: HttpRequest, order: Order) -> bool:
        return self.has_change_permission(request, order) and lifecycle.is_legal(Status(order.status), Step.AMEND)


def _step_action(kind: ExecutionKind) -> Any:
    @admin.action(description=f"{STEP_NAMES[kind]} the selected orders …", permissions=["execute"])
    def take(self: OrderAdmin, request: HttpRequest, queryset: OrderQuerySet[Order]) -> HttpResponse | None:
        return self._take_step(request, queryset, kind)

    return take


for _kind in ExecutionKind:
    setattr(OrderAdmin, f"step_{_kind}", _step_action(_kind))


@admin.register(OrderEvent)
class OrderEventAdmin(ModelAdmin):
    """The event log, read only."""

    list_display = ["seq", "at", "user", "order_id", "version", "kind", "source", "actor"]
    list_filter = ["kind", "source"]
    list_select_related = ["user"]
    search_fields = ["=order_id", "user__username"]
    show_full_result_count = False
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OrderEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OrderEvent | None = None) -> bool:
        return False


def _given(values: dict[str, Any], name: str, otherwise: Decimal | None) -> Decimal | None:
    """The entered value, even 0, which the rules refuse; the default where the field is empty."""
    return otherwise if values[name] is None else values[name]


def _changes(event: OrderEvent) -> str:
    changed = json.loads(event.body)["changes"]
    return ", ".join(f"{name}: {old} → {new}" for name, (old, new) in changed.items()) or "–"
