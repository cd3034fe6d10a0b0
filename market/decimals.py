"""How a decimal is written for readers: one way for orders and prices."""

from __future__ import annotations

from decimal import Decimal


def decimal_string(value: Decimal) -> str:
    """A plain string: no exponent, no trailing zeros, no negative zero, at most 8 decimals (half-even)."""
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
