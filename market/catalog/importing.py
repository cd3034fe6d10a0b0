"""Import instruments from a CSV file, all of it or nothing; errors name the line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from market.models import Instrument
from market.values.csv_rows import BadLine, Row, rows
from market.values.decimals import BadNumber, amount, whole

REQUIRED = ("symbol", "name", "currency")
OPTIONAL = ("tick_size", "lot_size", "price_decimals", "feed_symbol", "active")
COLUMNS = REQUIRED + OPTIONAL
TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
# Instruments per bulk write.
BATCH = 500


@dataclass(frozen=True)
class Imported:
    """How many symbols were added, changed and left unchanged."""

    added: int
    changed: int
    same: int


def import_instruments(file: Iterable[str]) -> Imported:
    """Add new instruments and update changed ones; empty cells and missing columns change nothing.

    Raises BadLine, with nothing written.
    """
    with transaction.atomic():
        present = {instrument.symbol: instrument for instrument in Instrument.objects.select_for_update()}
        seen: set[str] = set()
        written: list[Instrument] = []
        added = 0
        for number, row in rows(file, _wrong_columns):
            symbol = row["symbol"]
            if symbol in seen:
                raise BadLine(number, f"{symbol} appears twice.")
            seen.add(symbol)
            instrument = present.get(symbol) or Instrument(symbol=symbol)
            added += symbol not in present
            if _take_over(instrument, row, number) or symbol not in present:
                _check(instrument, number)
                written.append(instrument)
        _write(written)
        return Imported(added, len(written) - added, len(seen) - len(written))


def _wrong_columns(names: list[str]) -> str:
    is_right = set(REQUIRED) <= set(names) <= set(COLUMNS) and len(set(names)) == len(names)
    return "" if is_right else f"the columns must be {', '.join(REQUIRED)} and optionally {', '.join(OPTIONAL)}."


def _take_over(instrument: Instrument, row: Row, number: int) -> bool:
    """Update the instrument from the row; return whether anything changed."""
    differing = set()
    for name, text in row.items():
        if text == "" and name != "name":
            continue
        value = _value(name, text, number)
        if getattr(instrument, name) != value:
            setattr(instrument, name, value)
            differing.add(name)
    if "tick_size" in differing and not row.get("price_decimals"):
        _show_tick(instrument)
    return bool(differing)


def _show_tick(instrument: Instrument) -> None:
    """Show as many decimals as the new tick size has, but no fewer than a stored instrument already shows."""
    needed = max(0, -int(instrument.tick_size.normalize().as_tuple().exponent))
    instrument.price_decimals = needed if instrument.pk is None else max(needed, instrument.price_decimals)


def _value(name: str, text: str, number: int) -> str | int | Decimal | bool:
    try:
        match name:
            case "tick_size" | "lot_size":
                return amount(text)
            case "price_decimals":
                return whole(text)
            case "active":
                return TRUTHS[text.lower()]
    except BadNumber as bad:
        raise BadLine(number, f"invalid {name}: {text[:40]!r}. {bad}") from bad
    except KeyError:
        raise BadLine(number, f"invalid {name}: {text[:40]!r}.") from None
    return text


def _check(instrument: Instrument, number: int) -> None:
    try:
        # The field validators check what the database constraints check, without a query per instrument.
        instrument.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        [(name, messages), *_] = error.message_dict.items()
        raise BadLine(number, f"{name}: {' '.join(messages)}") from error


def _write(instruments: Iterable[Instrument]) -> None:
    Instrument.objects.bulk_create(
        # Without ids, because existing rows are matched by symbol.
        [Instrument(**{name: getattr(each, name) for name in COLUMNS}) for each in instruments],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["symbol"],
        update_fields=[name for name in COLUMNS if name != "symbol"],
    )
