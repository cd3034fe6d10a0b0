"""Columns of the admin that are written as readers get them everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin

from market.values.decimals import decimal_string

NONE = "-"  # as Django writes it in a list


def amount_column(name: str, label: str = "") -> Callable[[Any], str]:
    """The decimal of this name without the zeros that its column keeps; for a list, or as a field that is only read."""

    @admin.display(description=label or name.replace("_", " ").capitalize())
    def shown(row: Any) -> str:
        value = getattr(row, name)
        return NONE if value is None else decimal_string(value)

    shown.__name__ = name  # the page calls the column by it
    return shown
