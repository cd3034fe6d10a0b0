"""How often an upstream is knocked at, and how fast it is spoken to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from market.feeds.clock import Clock


@dataclass(frozen=True, slots=True)
class Manners:
    """How an upstream is treated; seconds, and messages a second."""

    first_wait: float = 1
    longest_wait: float = 60
    stable: float = 60  # a connection that told something for so long takes the waits back to the first
    refused_wait: float = 300
    longest_asked_wait: float = 3600
    limit_again: float = 3600  # a lowered limit is tried again by a connection made so much later
    open_timeout: float = 10
    close_timeout: float = 5
    per_second: float = 4
    burst: int = 10
    look_again: float = 1  # how often symbols are looked at for what is due again


@dataclass(frozen=True, slots=True)
class Patience:
    """How long single symbols are waited for before they are asked for again; seconds."""

    unheard: float = 5  # nothing has come of it yet, not even a price that stands
    quiet: float = 300  # something had
    first: float = 5  # the upstream said "not now"; twice as long each time, as with what stays unheard
    longest: float = 300
    refused: float = 300  # the upstream said that there is no such symbol


MANNERS = Manners()


class Backoff:
    """Waits before the next connection: anything between 0 and 1, 2, 4 … `most` seconds ("full jitter").

    Spread over the whole span, so that clients which lost their upstream together don't come back together.
    """

    def __init__(self, first: float, most: float, draw: Callable[[], float]) -> None:
        self._first, self._most, self._draw = first, most, draw
        self._span = first

    def next(self) -> float:
        delay = self._draw() * self._span
        self._span = min(self._most, self._span * 2)
        return delay

    def reset(self) -> None:
        self._span = self._first


class TokenBucket:
    """At most `burst` messages at once, and `per_second` in the long run."""

    def __init__(self, per_second: float, burst: int, clock: Clock) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._tokens, self._at = float(burst), clock.now()

    async def take(self) -> None:
        self._fill()
        while self._tokens < 1:
            await self._clock.sleep((1 - self._tokens) / self._per_second)
            self._fill()
        self._tokens -= 1

    def _fill(self) -> None:
        now = self._clock.now()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now


def retry_after(values: Sequence[str], wall: float) -> float:
    """The seconds of the first Retry-After header, given as a number or as a date; 0 where it says nothing."""
    for value in values:
        if re.fullmatch(r"[0-9]+", value):
            return float(value)
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return 0
        return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - wall)
    return 0
