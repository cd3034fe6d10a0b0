"""What has been shown and waits until its time has passed; it is reported by its number in the record."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from market.models.forecast_record import Unscored

R = TypeVar("R")


@dataclass(slots=True)
class Waiting(Generic[R]):
    """A forecast that ends at `ends_at` (unix seconds).

    `number` is None until it is recorded, `result` until it is known; it is not reported before it is recorded.
    """

    ends_at: float
    number: int | None = field(default=None, kw_only=True)
    result: R | Unscored | None = field(default=None, kw_only=True)

    def __lt__(self, other: Waiting[R]) -> bool:
        return self.ends_at < other.ends_at


W = TypeVar("W", bound=Waiting[Any])


class Waitlist(Generic[W, R]):
    """`outcome` tells what came of one whose time has passed, from the prices so far."""

    def __init__(self, outcome: Callable[[W], R]) -> None:
        self.waiting: list[W] = []
        self._outcome = outcome

    def __len__(self) -> int:
        return len(self.waiting)

    def add(self, forecasts: Iterable[W]) -> None:
        for each in forecasts:
            heapq.heappush(self.waiting, each)

    def drop(self, forecasts: Iterable[W]) -> None:
        """Forget what could not be recorded, and so was not shown."""
        gone = {id(each) for each in forecasts}
        self.waiting = [each for each in self.waiting if id(each) not in gone]
        heapq.heapify(self.waiting)

    def settle(self, now: float) -> dict[int, R | Unscored]:
        """The results, by number, of those whose time has passed."""
        due = []
        while self.waiting and self.waiting[0].ends_at <= now:
            due.append(heapq.heappop(self.waiting))
        for each in due:
            each.result = self._outcome(each) if each.result is None else each.result
        return self._reported(due)

    def give_up(self, why: Unscored) -> dict[int, R | Unscored]:
        """Stop waiting: by number, why each is not scored."""
        everything, self.waiting = self.waiting, []
        for each in everything:
            each.result = why if each.result is None else each.result
        return self._reported(everything)

    def _reported(self, known: list[W]) -> dict[int, R | Unscored]:
        self.add(each for each in known if each.number is None)
        return {each.number: each.result for each in known if each.number is not None and each.result is not None}
