"""Decimals as people and programs write them: one grammar for all that comes in, one way for what goes out."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

SIGNIFICANT_DIGITS = 15
DECIMAL_PLACES = 8
UNIT = Decimal(1).scaleb(-DECIMAL_PLACES)

# ASCII digits alone: `\d` would take every script's.
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
DIGITS = re.compile(r"[0-9]{1,20}")
HOW = "Write 25000 or 1.1, without grouping or exponents."
TOO_LONG = f"At most {SIGNIFICANT_DIGITS} significant digits and {DECIMAL_PLACES} decimals."
NOT_WHOLE = "A whole number is required."
_EXACT = Context(prec=SIGNIFICANT_DIGITS, traps=[Inexact, InvalidOperation])


class BadNumber(ValueError):
    """The message says what is wrong with it, or how to write it."""


def number(text: str) -> Decimal:
    """The number in this text, however long: digits with at most one point between them, perhaps after a minus.

    Raises BadNumber for what Decimal would take besides: exponents, underscores, blanks, a plus, other scripts' digits.
    """
    if NUMBER.fullmatch(text) is None:
        raise BadNumber(HOW)
    return Decimal(text)


def amount(value: object) -> Decimal:
    """A number that every store and client keeps exactly, from text or from JSON, whose fractions are Decimal here.

    Of text the decimals count as they are written, zeros too; a number of JSON's is one however it is written. Raises
    BadNumber, for a float too: what it was before it became one is lost.
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
    """A whole number, 0 or more, from digits; or a JSON integer, whatever its sign. Raises BadNumber."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    raise BadNumber(NOT_WHOLE)


def real(text: str) -> float:
    """For what is measured, not counted or paid: seconds, rates. Raises BadNumber."""
    return float(number(text))


def fits(value: Decimal) -> bool:
    """At most 15 significant digits and 8 decimals, the precision that every store and client keeps exactly."""
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
