"""What the scorecards of both records have alike: the record itself, what is asked for, and by what it is parted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from market.models.forecast_record import Unscored
from market.scorecard.readings import Reading
from market.scorecard.tally import Cell, Key, Tally

TERCILES = ("calm", "usual", "lively")
QUARTERS = 4

T = TypeVar("T", bound=Tally)


class Addable(Protocol):
    count: int

    def add(self, other: Any) -> None: ...


S = TypeVar("S", bound=Addable)


def card_of(
    reading: Reading[T], symbol: str | None, minutes: int | None, figures: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Of the record itself, how many it has of what is asked for, and `figures` of these.

    It is made once of a reading, unless the record has nothing of what is asked for.
    """
    found: dict[str, Any] | None = reading.made.get((symbol, minutes))
    if found is None:
        asked = type(reading.final)()
        for part in reading.parts:
            asked.add(part.only(symbol, minutes))
        found = _record(reading) | _counted(asked) | figures(asked)
        if asked.counts:
            reading.made[symbol, minutes] = found
    return found


def cells_of(reading: Reading[Any]) -> set[Cell]:
    return {cell[:2] for part in reading.parts for cell in part.counts}


def by_minutes(asked: T) -> list[tuple[int, T]]:
    """Each number of minutes of which any is scored, with its groups."""
    found = sorted({minutes for _, minutes, kind in asked.counts if kind == "scored"})
    return [(each, asked.only(minutes=each)) for each in found]


def scores_of(asked: T, scores: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """`overall`, `by_minutes` and `by_symbol`."""
    horizons = by_minutes(asked)
    return {
        "overall": scores(asked),
        "by_minutes": [{"minutes": minutes} | scores(part) for minutes, part in horizons],
        "by_symbol": [
            {"symbol": symbol, "minutes": minutes} | scores(part.only(symbol))
            for minutes, part in horizons
            for symbol in sorted(name for name, _, kind in part.counts if kind == "scored")
        ],
    }


def rows_of(by_time: Mapping[Key, S], make: type[S], row: Callable[[S], dict[str, Any]]) -> dict[str, Any]:
    """`by_liveliness` and `by_quarter`."""
    return {"by_liveliness": _thirds(by_time, make, row), "by_quarter": _quarters(by_time, make, row)}


def together(found: Iterable[S], make: type[S]) -> S:
    total = make()
    for sums in found:
        total.add(sums)
    return total


def time_of(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(reading: Reading[Any]) -> dict[str, Any]:
    """`since`, `head`, `stored`, `holes` and `settled_to` (`market.scorecard.touch_scorecard`)."""
    return {
        "since": _since(reading),
        "head": reading.head,
        "stored": reading.stored,
        "holes": {"count": reading.head - reading.stored, "ranges": [list(each) for each in reading.holes]},
        "settled_to": reading.settled_to,
    }


def _since(reading: Reading[Any]) -> str | None:
    """To the minute, as all times that are told of the record."""
    moments = [moment for part in reading.parts for moment in part.since.values()]
    return time_of(min(moments) // 60 * 60) if moments else None


def _counted(asked: Tally) -> dict[str, Any]:
    """`waiting`, `scored`, and `unscored` by reason."""
    found: dict[str, int] = {}
    for (_, _, kind), count in asked.counts.items():
        found[kind] = found.get(kind, 0) + count
    unscored = {reason: found.get(reason, 0) for reason in Unscored.values}
    return {"waiting": found.get("open", 0), "scored": found.get("scored", 0), "unscored": unscored}


def _thirds(by_time: Mapping[Key, S], make: type[S], row: Callable[[S], dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of calm, usual and lively times, with `name`, `from` and `to`; equal hundredths are not parted."""
    by_lively: dict[int, S] = {}
    for (_, _, lively, _), sums in by_time.items():
        by_lively.setdefault(lively, make()).add(sums)
    total, before = sum(sums.count for sums in by_lively.values()), 0
    found: list[list[tuple[int, S]]] = [[] for _ in TERCILES]
    for lively, sums in sorted(by_lively.items(), key=lambda each: each[0]):
        found[len(TERCILES) * before // total].append((lively, sums))
        before += sums.count
    return [
        {
            "name": name,
            "from": third[0][0] / 100 if third else None,
            "to": (third[-1][0] + 1) / 100 if third else None,
        }
        | row(together((sums for _, sums in third), make))
        for name, third in zip(TERCILES, found, strict=True)
    ]


def _quarters(by_time: Mapping[Key, S], make: type[S], row: Callable[[S], dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the UTC day's quarters, with the hours `from` and `to`."""
    found = [make() for _ in range(QUARTERS)]
    for (_, _, _, quarter), sums in by_time.items():
        found[quarter].add(sums)
    hours = 24 // QUARTERS
    return [{"from": number * hours, "to": (number + 1) * hours} | row(sums) for number, sums in enumerate(found)]
