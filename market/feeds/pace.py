"""Reconnect back-off and message rate limit of an upstream connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from market.feeds.clock import Clock


@dataclass(frozen=True, slots=True)
class Manners:
    """Back-off, timeouts and rate limit of an upstream; seconds, and messages per second."""

    first_wait: float = 1
    longest_wait: float = 60
    stable: float = 60  # a connection that received messages for this long resets the back-off
    refused_wait: float = 300
    longest_asked_wait: float = 3600
    limit_again: float = 3600  # a connection made this much later restores a lowered limit
    open_timeout: float = 10
    close_timeout: float = 2
    per_second: float = 4
    burst: int = 10
    look_again: float = 1  # how often symbols are checked for due retries


@dataclass(frozen=True, slots=True)
class Patience:
    """Timeouts after which a single symbol is subscribed again; seconds."""

    unheard: float = 5  # it has received nothing yet, not even the current price
    quiet: float = 300  # it has received data before
    first: float = 5  # after a temporary refusal; doubles each time, as `unheard` does
    longest: float = 300
    refused: float = 300  # the upstream has no such symbol


MANNERS = Manners()


class Backoff:
    """Exponential back-off with full jitter: a random wait between 0 and 1, 2, 4 … `most` seconds.

    The jitter covers the whole span, so that clients that lost their upstream together don't reconnect together.
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
    """The first Retry-After header, a number or a date, in seconds from `wall`; 0 if missing or invalid."""
    for value in values:
        if re.fullmatch(r"[0-9]+", value):
            return float(value)
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return 0
        return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - wall)
    return 0
