"""Import instruments from a CSV file, all of it or nothing, for the admin and the command; errors name the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import StringIO
from itertools import islice
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from import_export import fields, resources, results
from import_export.formats.base_formats import CSV
from import_export.instance_loaders import BaseInstanceLoader

from market.models import Instrument
from market.support.batches import BATCH
from market.values.csv_rows import BadLine, Row, rows
from market.values.decimals import amount, decimal_string, whole

REQUIRED = ("symbol", "name", "currency")
OPTIONAL = ("tick_size", "lot_size", "price_decimals", "feed_symbol", "active")
COLUMNS = REQUIRED + OPTIONAL
# In the admin, where a page shows them all.
MOST_SHOWN = 10_000
TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class File(tablib.Dataset):
    """The rows of a CSV file, and the line that each begins on. Raises BadLine."""

    def __init__(self, text: Iterable[str], most: int | None = None) -> None:
        found = list(islice(rows(text, _wrong_columns), most if most is None else most + 1))
        if most is not None and len(found) > most:
            raise BadLine(found[-1][0], f"at most {most:,} instruments are read at a time.")
        super().__init__(*(row.values() for _, row in found), headers=list(found[0][1]) if found else REQUIRED)
        self.lines = [number for number, _ in found]
        seen: set[str] = set()
        for number, row in found:
            if row["symbol"] in seen:
                raise BadLine(number, f"{row['symbol']} appears twice.")
            seen.add(row["symbol"])


def _wrong_columns(names: list[str]) -> str:
    is_right = set(REQUIRED) <= set(names) <= set(COLUMNS) and len(set(names)) == len(names)
    return "" if is_right else f"the columns must be {', '.join(REQUIRED)} and optionally {', '.join(OPTIONAL)}."


class InstrumentCsv(CSV):
    """The format of the admin's upload."""

    def create_dataset(self, in_stream: str, **kwargs: Any) -> File:
        return File(StringIO(in_stream, newline=""), MOST_SHOWN)


class Cell(fields.Field):
    """A column whose empty cells, and a column that is missing, change nothing; a name is never empty."""

    def __init__(self, name: str, read: Callable[[str], Any] = str, write: Callable[[Any], str] = str) -> None:
        super().__init__(name, name)
        self.read, self.write = read, write

    def clean(self, row: Row, **kwargs: Any) -> Any:
        try:
            return self.read(row[self.column_name])
        except ValueError as bad:
            raise ValueError(f"{row[self.column_name][:40]!r}: {bad}") from bad

    def save(self, instance: Instrument, row: Row, is_m2m: bool = False, **kwargs: Any) -> None:
        if row.get(self.column_name) or self.column_name == "name":
            super().save(instance, row, is_m2m, **kwargs)

    def export(self, instance: Instrument, **kwargs: Any) -> str:
        return self.write(self.get_value(instance))


def _truth(text: str) -> bool:
    if text.lower() not in TRUTHS:
        raise ValueError("Write yes or no.")
    return TRUTHS[text.lower()]


class Stored(BaseInstanceLoader):
    """All stored instruments; locked until the import ends, but not for a dry run."""

    def __init__(self, resource: InstrumentResource, dataset: File) -> None:
        super().__init__(resource, dataset)
        stored = Instrument.objects.all()
        # Not their keys: orders that refer to them can be placed meanwhile.
        locked = stored if resource.is_dry_run else stored.select_for_update(no_key=True)
        self._by_symbol = {each.symbol: each for each in locked}

    def get_instance(self, row: Row) -> Instrument | None:
        return self._by_symbol.get(row["symbol"])


class Change(resources.Diff):
    """A row of the preview: what was there, struck out, and what will be."""

    def as_html(self) -> list[str]:
        pairs = zip(self.left, self.right, strict=True)
        return [
            format_html("{}", after)
            if before == after or self.new
            else format_html("<del>{}</del> <ins>{}</ins>", before, after)
            for before, after in pairs
        ]


class InstrumentResource(resources.ModelResource):
    symbol = Cell("symbol")
    name = Cell("name")
    currency = Cell("currency")
    tick_size = Cell("tick_size", amount, decimal_string)
    lot_size = Cell("lot_size", amount, decimal_string)
    price_decimals = Cell("price_decimals", whole)
    feed_symbol = Cell("feed_symbol")
    active = Cell("active", _truth, lambda is_active: "yes" if is_active else "no")

    class Meta:
        model = Instrument
        fields = COLUMNS
        import_id_fields = ("symbol",)
        instance_loader_class = Stored
        use_transactions = use_bulk = skip_unchanged = True
        batch_size = BATCH

    is_dry_run = False

    @classmethod
    def get_diff_class(cls) -> type[Change]:
        return Change

    def import_data(self, dataset: File, dry_run: bool = False, **kwargs: Any) -> results.Result:
        """A dry run writes nothing and needs no transaction, which on SQLite would hold up all that write."""
        if not dry_run:
            return super().import_data(dataset, **kwargs)
        self.is_dry_run = True
        told = kwargs | {"raise_errors": False, "using_transactions": False, "collect_failed_rows": False}
        return self.import_data_inner(dataset, dry_run, **told)

    def import_instance(self, instance: Instrument, row: Row, **kwargs: Any) -> None:
        before = instance.tick_size
        super().import_instance(instance, row, **kwargs)
        if instance.tick_size != before and not row.get("price_decimals"):
            _show_tick(instance)

    def validate_instance(
        self, instance: Instrument, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        try:
            # The field validators check what the database constraints check, without a query per instrument.
            instance.full_clean(exclude=errors.keys(), validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance: Instrument, original: Instrument, *others: Any, **kwargs: Any) -> bool:
        return original.pk is not None and bool(super().skip_row(instance, original, *others, **kwargs))

    def bulk_create(self, using_transactions: bool, dry_run: bool, *others: Any, **kwargs: Any) -> None:
        self._write(self.create_instances, dry_run)

    def bulk_update(self, using_transactions: bool, dry_run: bool, *others: Any, **kwargs: Any) -> None:
        self._write(self.update_instances, dry_run)

    def _write(self, instances: list[Instrument], dry_run: bool) -> None:
        """In one statement a batch, whoever else adds the same symbols; the library's takes ten times as long."""
        if not dry_run:
            Instrument.objects.bulk_create(
                # Without ids, because rows are matched by symbol.
                [Instrument(**{name: getattr(each, name) for name in COLUMNS}) for each in instances],
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["symbol"],
                update_fields=[name for name in COLUMNS if name != "symbol"],
            )
        instances.clear()

    def after_import(self, dataset: File, result: results.Result, **kwargs: Any) -> None:
        for row in (*result.error_rows, *result.invalid_rows):
            row.number = dataset.lines[row.number - 1]


def _show_tick(instrument: Instrument) -> None:
    """Show as many decimals as the new tick size has, but no fewer than a stored instrument already shows."""
    needed = max(0, -int(instrument.tick_size.normalize().as_tuple().exponent))
    instrument.price_decimals = needed if instrument.pk is None else max(needed, instrument.price_decimals)


def import_instruments(text: Iterable[str]) -> results.Result:
    """Add new instruments and update changed ones. Raises BadLine, with nothing written."""
    result = InstrumentResource().import_data(File(text), rollback_on_validation_errors=True)
    if (wrong := first_error(result)) is not None:
        raise wrong
    return result


def first_error(result: results.Result) -> Exception | None:
    """What is wrong with the first wrong line; None if all could be written."""
    for failed in result.base_errors:
        error: Exception = failed.error
        return error
    wrong = [(row.number, str(row.errors[0].error)) for row in result.error_rows]
    wrong += [(row.number, _told(row)) for row in result.invalid_rows]
    return BadLine(*min(wrong)) if wrong else None


def _told(row: results.InvalidRow) -> str:
    [(name, messages), *_] = row.error_dict.items()
    return f"{name}: {' '.join(map(str, messages))}"
