"""Instruments from a CSV file: all of it or nothing, and what is wrong with it by line."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction

from market.models import Instrument

REQUIRED = ("symbol", "name", "currency")
OPTIONAL = ("tick_size", "lot_size", "price_decimals", "feed_symbol", "active")
TRUTHS = {"1": True, "true": True, "yes": True, "": True, "0": False, "false": False, "no": False}


class BadLine(Exception):
    """`number` counts from the header, which is line 1."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {reason}")


@dataclass(frozen=True)
class Imported:
    """How many symbols were not there before, differ now from before, and are as they were."""

    added: int
    changed: int
    same: int


def import_instruments(file: Iterable[str]) -> Imported:
    """Adds what is missing and takes over what differs; empty cells and columns that are not there change nothing.

    Raises BadLine, with nothing written.
    """
    with transaction.atomic():
        present = {instrument.symbol: instrument for instrument in Instrument.objects.all()}
        added = changed = same = 0
        seen: set[str] = set()
        for number, row in _rows(file):
            symbol = row["symbol"]
            if symbol in seen:
                raise BadLine(number, f"{symbol} was given before.")
            seen.add(symbol)
            instrument = present.get(symbol) or Instrument(symbol=symbol)
            differs = _take_over(instrument, row, number)
            if symbol not in present:
                added += 1
            elif differs:
                changed += 1
            else:
                same += 1
                continue
            _check(instrument, number)
            instrument.save()
        return Imported(added, changed, same)


def _rows(file: Iterable[str]) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(file, strict=True)
    names = reader.fieldnames or []
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in REQUIRED + OPTIONAL]
    if missing or unknown or len(set(names)) < len(names):
        raise BadLine(1, f"the columns are {', '.join(REQUIRED)} and, if wanted, {', '.join(OPTIONAL)}.")
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BadLine(reader.line_num, f"{len(names)} cells are wanted.")
            yield reader.line_num, {name: text.strip() for name, text in row.items()}
    except csv.Error as error:
        raise BadLine(reader.line_num, f"{error}.") from error


def _take_over(instrument: Instrument, row: dict[str, str], number: int) -> bool:
    """Whether anything differs from what the instrument had."""
    differs = False
    for name, text in row.items():
        if text == "" and name != "name":
            continue
        value = _value(name, text, number)
        if getattr(instrument, name) != value:
            setattr(instrument, name, value)
            differs = True
    if "price_decimals" not in row and "tick_size" in row and row["tick_size"]:
        instrument.price_decimals = max(0, -int(instrument.tick_size.normalize().as_tuple().exponent))
    return differs


def _value(name: str, text: str, number: int) -> str | int | Decimal | bool:
    try:
        match name:
            case "tick_size" | "lot_size":
                return Decimal(text)
            case "price_decimals":
                return int(text)
            case "active":
                return TRUTHS[text.lower()]
    except (InvalidOperation, ValueError, KeyError):
        raise BadLine(number, f"{name} is not {text[:40]!r}.") from None
    return text


def _check(instrument: Instrument, number: int) -> None:
    try:
        instrument.full_clean(validate_unique=False)
    except ValidationError as error:
        [(name, messages), *_] = error.message_dict.items()
        raise BadLine(number, f"{name}: {' '.join(messages)}") from error
