"""Form fields that parse numbers by the same grammar as all other input, and keep text unstripped."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms

from market.values import decimals


class _NumberFormField(forms.Field):
    """A number parsed by `read`, which raises BadNumber."""

    read: Callable[[Any], Decimal | int]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return self.read(value)
        except decimals.BadNumber as bad:
            raise forms.ValidationError(str(bad), code="invalid") from bad


class AmountFormField(_NumberFormField, forms.DecimalField):
    """A quantity or price, shown in the same format as everywhere else."""

    read = staticmethod(decimals.amount)

    def prepare_value(self, value: Any) -> Any:
        return decimals.decimal_string(value) if isinstance(value, Decimal) else value


class WholeFormField(_NumberFormField, forms.IntegerField):
    read = staticmethod(decimals.whole)


class TextFormField(forms.CharField):
    """Unstripped text. Line breaks that a browser's one-line field drops are not a change."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(re.sub("[\r\n]", "", initial or ""), data)
