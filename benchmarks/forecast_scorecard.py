"""How long the scorecard takes to read long records, and how long their files take.

A helper of `benchmarks.forecast`. What is measured is a server process's own work, without HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from benchmarks import forecast_database
from benchmarks.forecast_rows import cones, store, touches
from benchmarks.helpers import serve
from market.models import ShownCone, ShownForecast
from market.scorecard import readings
from market.scorecard.readings import BeingRead
from market.scorecard.touch_scorecard import scorecard
from orders.api.scorecard import FILES

PATIENCE_SECONDS = 3600.0
LOOK_SECONDS = 0.005


class Later:
    """The time as the readings know it, which can be put forward."""

    def __init__(self) -> None:
        self._ahead = 0.0
        vars(readings)["time"] = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + self._ahead)

    def pass_by(self, seconds: float) -> None:
        self._ahead += seconds


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of this process's processor time."""
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy


def fill(count: int) -> None:
    """Create the database with so many touches, and as many cones."""
    forecast_database.create()
    store(touches(count))
    store(cones(count))
    forecast_database.settle_down(ShownForecast, ShownCone)


def measure(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds of each round, by what was done."""
    later = Later()
    found: dict[str, list[tuple[float, float]]] = {}

    def note(name: str, work: Callable[[], object]) -> None:
        found.setdefault(name, []).append(seconds(work))

    for _ in range(rounds):
        for name, own in (("touches", readings.readings), ("cones", readings.cone_readings)):
            own.forget()
            note(name, lambda own=own: own.newest(PATIENCE_SECONDS))
        readings.readings.forget()
        readings.cone_readings.forget()
        note("both", _card)
        before = readings.newest()
        later.pass_by(readings.KEPT_SECONDS + 1)
        note("again", lambda before=before: _renewed(before))
        for name, file in FILES.items():
            note(f"{name} file", lambda file=file: sum(map(len, file.chunks(None, None))))
    return found


def _card() -> None:
    """Every figure, asked for again and again until it is there."""
    while True:
        try:
            scorecard()
        except BeingRead:
            time.sleep(LOOK_SECONDS)
        else:
            return


def _renewed(before: tuple[Any, Any]) -> None:
    """Every figure of a reading after this one; who asks while it is made gets those of the one before."""
    while any(new is old for new, old in zip(readings.newest(), before, strict=True)):
        time.sleep(LOOK_SECONDS)
    scorecard()


if __name__ == "__main__":
    serve({"fill": fill, "measure": measure})
