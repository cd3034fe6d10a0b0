"""Serializer fields that parse values like every other entry point: `market.values.decimals` defines a valid number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from market.values import decimals
from orders.domain.rules import BIGGEST_ID

# The names that error messages use.
NAMES = {"last_qty": "quantity", "last_price": "price"}


class AmountField(serializers.DecimalField):
    """A decimal as a string (or JSON number): at most 15 significant digits and 8 decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=23, decimal_places=8, **kwargs)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Skip the check of DRF's decimal field, which treats blank text as null."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Decimal:
        if data == "":
            name = str(self.field_name)
            raise serializers.ValidationError(f"Enter a {NAMES.get(name, name).replace('_', ' ')}.")
        try:
            return decimals.amount(data)
        except decimals.BadNumber as bad:
            raise serializers.ValidationError(str(bad)) from bad


class WholeField(serializers.IntegerField):
    """A whole number of at least 1: an id or a version."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        try:
            return decimals.whole(data)
        except decimals.BadNumber as bad:
            raise serializers.ValidationError(str(bad)) from bad


class TextField(serializers.CharField):
    """Text exactly as sent; the rules that every entry point shares check its characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)
        self.validators = [v for v in self.validators if type(v).__name__ != "ProhibitNullCharactersValidator"]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(data)

    def run_validation(self, data: Any = empty) -> Any:
        """Null says the same as no text."""
        value = super().run_validation(data)
        return "" if value is None else value
