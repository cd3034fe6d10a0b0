"""Form fields that read what is typed as every other way in reads it: one grammar for numbers, text as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms

from market.values import decimals


class _NumberFormField(forms.Field):
    """What is typed is a number as `read` reads it, which raises BadNumber."""

    read: Callable[[Any], Decimal | int]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return self.read(value)
        except decimals.BadNumber as bad:
            raise forms.ValidationError(str(bad), code="invalid") from bad


class AmountFormField(_NumberFormField, forms.DecimalField):
    """A quantity or price, shown as readers get it everywhere."""

    read = staticmethod(decimals.amount)

    def prepare_value(self, value: Any) -> Any:
        return decimals.decimal_string(value) if isinstance(value, Decimal) else value


class WholeFormField(_NumberFormField, forms.IntegerField):
    read = staticmethod(decimals.whole)


class TextFormField(forms.CharField):
    """Text with the blanks at its ends. That a browser's line leaves line breaks out is no change."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(re.sub("[\r\n]", "", initial or ""), data)
