"""Reads the record of cones in groups: how often the price was within the bounds, below, above; and how wide they were.

Prices are compared by the database, in its own numbers; a price that is exactly on a bound is within.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from market.models import ShownCone
from market.scorecard.tally import Tally, groups

# What was promised, in percent, and the columns' names.
LEVELS = (80, 95)
BILLIONTHS = 1_000_000_000


def _missed(level: int) -> str:
    below, above = (f"CASE WHEN price {each} THEN 1 ELSE 0 END" for each in (f"< low_{level}", f"> high_{level}"))
    return f"{below} AS below_{level}, {above} AS above_{level}"


def _wide(level: int) -> str:
    """The width by the price, in billionths; 0 where that price is 0, as it may be if a tick is larger than it."""
    width = f"(high_{level} - low_{level}) * {BILLIONTHS}.0 / NULLIF(close, 0)"
    return f"CAST(ROUND(COALESCE({width}, 0)) AS BIGINT) AS width_{level}"


_COLUMNS = ", ".join(f"{_missed(level)}, {_wide(level)}" for level in LEVELS)
_SUMS = tuple(f"SUM({name}_{level})" for level in LEVELS for name in ("below", "above", "width"))
_MORE = "".join(
    f"""
UNION ALL
SELECT 'apart', symbol, minutes, {level}, below_{level} + above_{level}, COUNT(*), 0, 0, 0, 0, 0, 0 FROM apart
GROUP BY 2, 3, 5
"""  # noqa: S608 – nothing of it comes from outside
    for level in LEVELS
)


@dataclass(slots=True)
class Missed:
    """Sums over scored cones, of one level: the price was below, above; widths in billionths of the price."""

    below: int = 0
    above: int = 0
    width: int = 0


@dataclass(slots=True)
class ConeSums:
    """How many cones were scored, and what came of each level's bounds."""

    count: int = 0
    levels: tuple[Missed, ...] = field(default_factory=lambda: tuple(Missed() for _ in LEVELS))

    def add(self, other: ConeSums) -> None:
        self.count += other.count
        for own, new in zip(self.levels, other.levels, strict=True):
            own.below += new.below
            own.above += new.above
            own.width += new.width


@dataclass(slots=True)
class ConeTally(Tally):
    """Cones from one number to another, in groups; keys of `apart` end with the level, in percent."""

    by_time: dict[tuple[str, int, int, int], ConeSums] = field(default_factory=dict)

    def add(self, other: ConeTally) -> None:
        Tally.add(self, other)
        for time, sums in other.by_time.items():
            self.by_time.setdefault(time, ConeSums()).add(sums)


def read(after: int, until: int) -> ConeTally:
    """The cones numbered above `after`, up to `until`.

    In `apart` are those that share no time with each other, of each cell up to the first that has not come due, each
    with what it was within its bounds more than promised: 1 − level, or −level.
    """
    found = ConeTally()
    for kind, symbol, minutes, figures in groups(ShownCone, "price", _COLUMNS, _SUMS, _MORE, after, until):
        key, second, *sums = figures
        match kind:
            case "by time":
                levels = tuple(Missed(*sums[first : first + 3]) for first in (1, 4))
                found.by_time[symbol, minutes, key, second] = ConeSums(sums[0], levels)
            case "apart":
                found.bound((symbol, minutes, key), (1 - second) - key / 100, sums[0])
            case _:
                found.count(symbol, minutes, kind, *sums[:2])
    return found
