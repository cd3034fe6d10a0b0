"""The admin's forms: `trading` decides about the input, and its refusals are shown at the fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction

from market.values.forms import AmountFormField, TextFormField, WholeFormField
from orders import trading
from orders.domain.errors import OrderError
from orders.domain.lifecycle import ExecutionKind, OrderType, Side, TimeInForce
from orders.models import Order
from orders.trading import NewOrder

REASONED = frozenset({ExecutionKind.REJECT, ExecutionKind.CANCEL, ExecutionKind.CANCEL_REFUSED, ExecutionKind.EXPIRE})
AS_TYPED = {"text": TextFormField, "client_order_id": TextFormField}


class _ServiceForm(forms.ModelForm):
    """Runs the service and rolls it back, so that the form shows refusals together with the entered values."""

    def validate_constraints(self) -> None:
        """Do nothing: the services check the same and have clearer messages."""

    def _try(self, service: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                service()
                transaction.set_rollback(True)
        except OrderError as refused:
            for name, messages in (refused.fields or {NON_FIELD_ERRORS: [refused.message]}).items():
                for message in messages:
                    self.add_error(name if name in self.fields else None, message)


class NewOrderForm(_ServiceForm):
    class Meta:
        model = Order
        fields = [
            "user",
            "symbol",
            "side",
            "order_type",
            "time_in_force",
            "quantity",
            "price",
            "stop_price",
            "text",
            "client_order_id",
        ]
        field_classes = AS_TYPED

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self._try(lambda: trading.place(self.owner, self.new_order))
        return cleaned

    @property
    def owner(self) -> User:
        owner: User = self.cleaned_data["user"]
        return owner

    @property
    def new_order(self) -> NewOrder:
        values = self.cleaned_data
        return NewOrder(
            symbol=values["symbol"].symbol,
            side=Side(values["side"]),
            order_type=OrderType(values["order_type"]),
            time_in_force=TimeInForce(values["time_in_force"]),
            quantity=values["quantity"],
            price=values["price"],
            stop_price=values["stop_price"],
            text=values["text"],
            client_order_id=values["client_order_id"],
        )


class AmendForm(_ServiceForm):
    """Keeps the version it was opened at, so that no concurrent change is overwritten."""

    expected_version = WholeFormField(widget=forms.HiddenInput)

    class Meta:
        model = Order
        fields = ["quantity", "price", "stop_price", "text"]
        field_classes = AS_TYPED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and self.amendment:
            self._try(lambda: trading.amend(self.instance.user, self.instance.pk, self.version, self.amendment))
        return cleaned

    @property
    def version(self) -> int:
        return int(self.cleaned_data["expected_version"])

    @property
    def amendment(self) -> dict[str, Any]:
        """The values that were changed in the form."""
        return {name: self.cleaned_data[name] for name in trading.AMENDABLE if name in self.changed_data}


class ReportForm(forms.Form):
    """The reason for a step; for a fill also quantity and price."""

    last_qty = AmountFormField(required=False, label="Quantity", help_text="Leave empty for all that remains.")
    last_price = AmountFormField(required=False, label="Price", help_text="Leave empty for the order's limit price.")
    text = TextFormField(required=False, max_length=255, label="Reason")

    def __init__(self, kind: ExecutionKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is not ExecutionKind.FILL:
            del self.fields["last_qty"], self.fields["last_price"]
        self.fields["text"].required = kind in REASONED

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if self.fields["text"].required and not text.strip():
            raise forms.ValidationError("Enter a reason.")
        return text
