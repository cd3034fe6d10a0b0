"""Parsing and formatting of decimals: one grammar for all input, one format for all output."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

SIGNIFICANT_DIGITS = 15
DECIMAL_PLACES = 8
UNIT = Decimal(1).scaleb(-DECIMAL_PLACES)

# ASCII digits only: `\d` would accept the digits of every script.
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
DIGITS = re.compile(r"[0-9]{1,20}")
HOW = "Write 25000 or 1.1, without grouping or exponents."
TOO_LONG = f"At most {SIGNIFICANT_DIGITS} significant digits and {DECIMAL_PLACES} decimals."
NOT_WHOLE = "A whole number is required."
_EXACT = Context(prec=SIGNIFICANT_DIGITS, traps=[Inexact, InvalidOperation])


class BadNumber(ValueError):
    """An invalid number; the message names the error, or how to write a number."""


def number(text: str) -> Decimal:
    """Parse a number of any length: digits with at most one point between them, optionally after a minus.

    Raises BadNumber for what Decimal would also accept: exponents, underscores, blanks, a plus, other scripts' digits.
    """
    if NUMBER.fullmatch(text) is None:
        raise BadNumber(HOW)
    return Decimal(text)


def amount(value: object) -> Decimal:
    """Parse an amount that every store and client keeps exactly, from text or from JSON with fractions as Decimal.

    In text, trailing zeros count as decimals; in a JSON number they don't. Raises BadNumber, for a float too: its
    original digits are lost.
    """
    if isinstance(value, str):
        found = number(value)
        if len(value.partition(".")[2]) > DECIMAL_PLACES:
            raise BadNumber(TOO_LONG)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        found = Decimal(value)
    else:
        raise BadNumber(HOW)
    if not fits(found):
        raise BadNumber(TOO_LONG)
    return found.quantize(UNIT)


def whole(value: object) -> int:
    """Parse a whole number: 0 or more from text, or a JSON integer of any sign. Raises BadNumber."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    raise BadNumber(NOT_WHOLE)


def real(text: str) -> float:
    """Parse a measured value, such as seconds or a rate, as a float; not for counts or money. Raises BadNumber."""
    return float(number(text))


def fits(value: Decimal) -> bool:
    """Whether a number has at most 15 significant digits and 8 decimals, which every store and client keeps exactly."""
    if not value.is_finite():
        return False
    try:
        _, digits, exponent = _EXACT.normalize(value).as_tuple()
    except (Inexact, InvalidOperation):
        return False
    places = int(exponent)
    return -places <= DECIMAL_PLACES and len(digits) + places <= SIGNIFICANT_DIGITS


def decimal_string(value: Decimal) -> str:
    """A plain string: no exponent, no trailing zeros, no negative zero, at most 8 decimals (half-even)."""
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
