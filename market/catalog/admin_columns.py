"""Admin columns that show decimals in the same format as everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin

from market.values.decimals import decimal_string

NONE = "-"  # Django's own placeholder for an empty value in a list


def amount_column(name: str, label: str = "") -> Callable[[Any], str]:
    """A list column or read-only field that shows the decimal `name` without the trailing zeros of its column."""

    @admin.display(description=label or name.replace("_", " ").capitalize())
    def shown(row: Any) -> str:
        value = getattr(row, name)
        return NONE if value is None else decimal_string(value)

    shown.__name__ = name  # the admin page identifies the column by it
    return shown
