"""What has been shown and waits for its outcome, which is reported by its number in the record.

An outcome counts once a price has come at or after the forecast's end. Until then the market may have closed within its
time, and a price that could not move says nothing.
"""

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
        # Their time has passed, but no price has come since; and those whose result waits for their number.
        self._ended: list[W] = []
        self._known: list[W] = []
        self._outcome = outcome

    def __len__(self) -> int:
        return len(self.waiting) + len(self._ended) + len(self._known)

    def add(self, forecasts: Iterable[W]) -> None:
        for each in forecasts:
            heapq.heappush(self.waiting, each)

    def drop(self, forecasts: Iterable[W]) -> None:
        """Forget what could not be recorded, and so was not shown."""
        gone = {id(each) for each in forecasts}
        for some in (self.waiting, self._ended, self._known):
            some[:] = [each for each in some if id(each) not in gone]
        heapq.heapify(self.waiting)

    def settle(self, now: float, moved_at: float) -> dict[int, R | Unscored]:
        """The results, by number, of those that have ended at `moved_at`, the time of the newest price, or before."""
        while self.waiting and self.waiting[0].ends_at <= now:
            each = heapq.heappop(self.waiting)
            each.result = self._outcome(each)
            self._ended.append(each)
        if self._ended:
            self._known += [each for each in self._ended if each.ends_at <= moved_at]
            self._ended = [each for each in self._ended if each.ends_at > moved_at]
        return self._reported()

    def give_up(self, why: Unscored) -> dict[int, R | Unscored]:
        """Stop waiting: by number, why each is not scored."""
        for each in (lost := self._ended + self.waiting):
            each.result = why
        self._known += lost
        self._ended, self.waiting = [], []
        return self._reported()

    def _reported(self) -> dict[int, R | Unscored]:
        if not self._known:
            return {}
        known, self._known = self._known, [each for each in self._known if each.number is None]
        return {each.number: each.result for each in known if each.number is not None and each.result is not None}
