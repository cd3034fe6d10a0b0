"""A record in groups: one statement of the database counts and sums, however many rows there are.

All sums are of whole numbers, so that they are exact and can be added up further. This module has what is alike of all
records; `record_reading` has what is summed of touches, `cone_reading` of cones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from django.db import connection, models

from market.forecast.sequence import ConfidenceSequence

# A symbol and minutes; keys of groups begin with them.
Cell = tuple[str, int]
Key = tuple[Any, ...]

# `moment` is in unix seconds, `lively` in hundredths; from 1,000 times the mean on, how lively does not matter.
_MOMENT = {
    "sqlite": "CAST(strftime('%%s', at) AS INTEGER)",
    "postgresql": "CAST(FLOOR(EXTRACT(EPOCH FROM at)) AS BIGINT)",
}
_WHOLE = {"sqlite": "CAST({} AS INTEGER)", "postgresql": "CAST(TRUNC(({})::numeric) AS INTEGER)"}
_LIVELY = "CASE WHEN liveliness < 1000 THEN liveliness * 100 ELSE 100000 END"
# One statement sees the record at one moment. Its columns: kind, symbol, minutes, two keys, and figures. Of rows that
# are apart, those count that come before their cell's first that has not come due (`first_open`).
_GROUPS = """
WITH taken AS MATERIALIZED (
    SELECT number, symbol, minutes, is_apart, {columns}, {moment} AS moment, {lively} AS lively,
        CASE WHEN unscored <> '' THEN unscored WHEN {outcome} IS NULL THEN 'open' ELSE 'scored' END AS kind
    FROM {table} WHERE number > %s AND number <= %s
), open_cells AS (
    SELECT symbol, minutes, MIN(number) AS first_open FROM taken
    WHERE kind = 'open' AND is_apart GROUP BY symbol, minutes
), apart AS (
    SELECT taken.* FROM taken
    LEFT JOIN open_cells ON open_cells.symbol = taken.symbol AND open_cells.minutes = taken.minutes
    WHERE kind = 'scored' AND is_apart AND (first_open IS NULL OR number < first_open)
)
SELECT kind, symbol, minutes, 0, 0, COUNT(*), MIN(moment){nothing} FROM taken GROUP BY 1, 2, 3
UNION ALL
SELECT 'by time', symbol, minutes, lively, moment %% 86400 / 21600, COUNT(*), {sums} FROM taken WHERE kind = 'scored'
GROUP BY 2, 3, 4, 5
"""


@dataclass(slots=True)
class Tally:
    """A record from one number to another: how many rows there are of each kind, when the first was shown, bounds."""

    counts: dict[tuple[str, int, str], int] = field(default_factory=dict)
    since: dict[Cell, int] = field(default_factory=dict)
    apart: dict[Key, ConfidenceSequence] = field(default_factory=dict)

    @property
    def stored(self) -> int:
        return sum(self.counts.values())

    def only(self: T, symbol: str | None = None, minutes: int | None = None) -> T:
        """The groups of this symbol, these minutes, or both."""

        def is_asked_for(key: Key) -> bool:
            return symbol in (None, key[0]) and minutes in (None, key[1])

        groups: Any = (getattr(self, each.name) for each in fields(self))
        return type(self)(*({key: found for key, found in each.items() if is_asked_for(key)} for each in groups))

    def add(self: T, other: T) -> None:
        """Take what comes after it in the record."""
        for key, count in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + count
        for cell, moment in other.since.items():
            self.since[cell] = min(self.since.get(cell, moment), moment)
        for place, sequence in other.apart.items():
            self.apart.setdefault(place, ConfidenceSequence()).merge(sequence)

    def count(self, symbol: str, minutes: int, kind: str, count: int, since: int) -> None:
        """Take the number of rows of this kind, and when the first of them was shown."""
        self.counts[symbol, minutes, kind] = count
        self.since[symbol, minutes] = min(self.since.get((symbol, minutes), since), since)

    def bound(self, key: Key, gain: float, count: int) -> None:
        """Take `count` observations of `gain` of rows that are apart."""
        sequence = self.apart.setdefault(key, ConfidenceSequence())
        for _ in range(count):
            sequence.add(gain)


T = TypeVar("T", bound=Tally)


def groups(
    model: type[models.Model], outcome: str, columns: str, sums: Iterable[str], more: str, after: int, until: int
) -> Iterator[tuple[str, str, int, list[int]]]:
    """The groups of the rows numbered above `after`, up to `until`: kind, symbol, minutes; two keys, and figures.

    Kinds are those of rows, with their number and first moment as figures; `by time`, by liveliness and quarter of the
    day, with the number of scored rows and `sums` of them; and those of `more`, which selects from `taken` (all rows)
    and from `apart`. `outcome` is null where it isn't known; `columns` are those that `sums` and `more` need.
    """
    vendor, summed = connection.vendor, list(sums)
    lively = _WHOLE[vendor].format(_LIVELY)
    statement = (_GROUPS + more).format(
        table=connection.ops.quote_name(model._meta.db_table),
        outcome=outcome,
        columns=columns,
        moment=_MOMENT[vendor],
        lively=lively,
        sums=", ".join(summed),
        nothing=", 0" * (len(summed) - 1),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [after, until])
        for kind, symbol, minutes, *figures in iter(cursor.fetchone, None):
            yield kind, symbol, minutes, list(map(int, figures))
