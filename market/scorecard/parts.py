"""What scorecards of both records have alike: the record itself, what was asked for, thirds by volatility, quarters."""

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


def record_of(reading: Reading[Any]) -> dict[str, Any]:
    """`since`, `head`, `stored`, `holes` and `settled_to` (`market.scorecard.touch_scorecard`)."""
    return {
        "since": _since(reading),
        "head": reading.head,
        "stored": reading.stored,
        "holes": {"count": reading.head - reading.stored, "ranges": [list(each) for each in reading.holes]},
        "settled_to": reading.settled_to,
    }


def asked_of(reading: Reading[T], tally: type[T], symbol: str | None, minutes: int | None) -> T:
    """The whole record's groups of this symbol, these minutes, or both."""

    def is_asked_for(key: Key) -> bool:
        return symbol in (None, key[0]) and minutes in (None, key[1])

    asked = tally()
    for part in reading.parts:
        asked.add(part.only(is_asked_for))
    return asked


def kept(
    make: Callable[[Reading[T], str | None, int | None], dict[str, Any]],
    reading: Reading[T],
    symbol: str | None,
    minutes: int | None,
) -> dict[str, Any]:
    """What `make` makes of the reading: once, unless the record has nothing of what is asked for."""
    found: dict[str, Any] | None = reading.made.get((symbol, minutes))
    if found is None:
        found = make(reading, symbol, minutes)
        if any(symbol in (None, name) and minutes in (None, each) for name, each in cells_of(reading)):
            reading.made[symbol, minutes] = found
    return found


def cells_of(reading: Reading[Any]) -> set[Cell]:
    return {cell[:2] for part in reading.parts for cell in part.counts}


def counted(asked: Tally) -> dict[str, Any]:
    """`waiting`, `scored`, and `unscored` by reason."""
    found: dict[str, int] = {}
    for (_, _, kind), count in asked.counts.items():
        found[kind] = found.get(kind, 0) + count
    unscored = {reason: found.get(reason, 0) for reason in Unscored.values}
    return {"waiting": found.get("open", 0), "scored": found.get("scored", 0), "unscored": unscored}


def of_minutes(minutes: int) -> Callable[[Key], bool]:
    return lambda key: key[1] == minutes


def thirds(by_time: Mapping[Key, S], make: type[S], row: Callable[[S], dict[str, Any]]) -> list[dict[str, Any]]:
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


def quarters(by_time: Mapping[Key, S], make: type[S], row: Callable[[S], dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the UTC day's quarters, with the hours `from` and `to`."""
    found = [make() for _ in range(QUARTERS)]
    for (_, _, _, quarter), sums in by_time.items():
        found[quarter].add(sums)
    hours = 24 // QUARTERS
    return [{"from": number * hours, "to": (number + 1) * hours} | row(sums) for number, sums in enumerate(found)]


def together(found: Iterable[S], make: type[S]) -> S:
    total = make()
    for sums in found:
        total.add(sums)
    return total


def time_of(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _since(reading: Reading[Any]) -> str | None:
    """To the minute, as all times that are told of the record."""
    moments = [moment for part in reading.parts for moment in part.since.values()]
    return time_of(min(moments) // 60 * 60) if moments else None
