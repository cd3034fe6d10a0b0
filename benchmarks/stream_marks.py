"""Targets for the stream: which of our figures is compared with which of a baseline's, and the ratio's target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from benchmarks.figures import Figure, Spread

OURS = ["product sqlite", "product postgresql"]


class Kept:
    """Each site's figures, one value a round."""

    def __init__(self) -> None:
        self._values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, site: str, found: dict[str, float], prefix: str = "") -> None:
        for name, value in found.items():
            self._values[site, prefix + name].append(value)

    def spread(self, site: str, name: str) -> Spread | None:
        values = self._values.get((site, name))
        return Spread.of(values) if values else None

    def as_json(self) -> dict[str, dict[str, list[float]]]:
        found: defaultdict[str, dict[str, list[float]]] = defaultdict(dict)
        for (site, name), values in self._values.items():
            found[site][name] = values
        return found


# Name, unit, and the target of the ratio to plain Channels on the same database.
AGAINST_PLAIN: list[tuple[str, str, dict[str, float]]] = [
    ("post → frame p50", "ms", {"at_most": 1 / 2}),
    ("post → frame p99", "ms", {}),
    ("post → answer p50", "ms", {}),
    ("commit → frame p50", "ms", {"at_most": 1 / 4}),
    ("commit → frame p99", "ms", {"at_most": 1 / 3}),
    ("elsewhere → frame p50", "ms", {"at_most": 1 / 4}),
    ("elsewhere → frame p99", "ms", {"at_most": 1 / 3}),
    ("saves/s", "1/s", {"at_least": 2}),
    ("saves/core-s", "1/s", {}),
    ("200: deliveries/core-s", "1/s", {"at_least": 10}),
    ("1000: last after first", "ms", {}),
    ("1000: deliveries/core-s", "1/s", {}),
    ("apart: commit → frame", "ms", {}),
    ("apart: deliveries/core-s", "1/s", {}),
    ("apart: delivered", "share", {}),
    ("burst: delivered", "share", {}),
    ("burst: on the last value", "share", {}),
    ("burst: saves/s", "1/s", {}),
]
AGAINST_FLOOR: list[tuple[str, str, dict[str, float]]] = [
    ("200: last after first", "ms", {"at_most": 1.5}),
    ("200: commit → last", "ms", {}),
    ("1000: last after first", "ms", {"at_most": 1.5}),
    ("KiB a socket", "KiB", {"at_most": 2.5}),
    ("idle core share", "cores", {}),
]


def figures(kept: Kept) -> list[Figure]:
    """Every comparison of which both sides were measured."""
    return [*_compared(kept), *_placed(kept), *_saved(kept), *_all_delivered(kept)]


def _compared(kept: Kept) -> Iterator[Figure]:
    for baseline, wanted in (("plain", AGAINST_PLAIN), ("floor", AGAINST_FLOOR)):
        for name, unit, mark in wanted:
            for site in OURS:
                other = f"plain {site.split()[1]}" if baseline == "plain" else "floor redis"
                theirs, ours = kept.spread(other, name), kept.spread(site, name)
                if theirs and ours:
                    yield Figure(f"{name}, {site}", unit, baseline, theirs, ours, **mark)
    for name, unit, _ in AGAINST_FLOOR:
        theirs, ours = kept.spread("floor redis", name), kept.spread("plain sqlite", name)
        if theirs and ours:
            yield Figure(f"{name}, plain Channels itself", unit, "floor", theirs, ours)


def _placed(kept: Kept) -> Iterator[Figure]:
    """A command over the socket compared with a POST to the same site."""
    for site in OURS:
        theirs, ours = kept.spread(site, "post → frame p50"), kept.spread(site, "place → frame p50")
        if theirs and ours:
            yield Figure(f"order.place → frame p50, {site}", "ms", "our POST", theirs, ours, at_most=1)


def _saved(kept: Kept) -> Iterator[Figure]:
    for site in OURS:
        stream, log = kept.spread(site, "save stream"), kept.spread(site, "save log")
        bare = kept.spread(site, "save bare")
        database = site.split()[1]
        if stream and log and bare:
            yield Figure(f"save beside log only, {database}", "ms", "log only", log, stream, at_most=1.1)
            yield Figure(f"save beside a bare save, {database}", "ms", "bare save", bare, stream, at_most=2)


def _all_delivered(kept: Kept) -> Iterator[Figure]:
    """Every event to every socket: the shares delivered, compared with all."""
    every = Spread(1, 1, 1)
    for site in OURS:
        for name in ("burst: delivered", "burst: on the last value", "apart: delivered", "200: delivered"):
            ours = kept.spread(site, name)
            if ours:
                yield Figure(f"{name}, {site}", "share", "all", every, ours, at_least=1)
