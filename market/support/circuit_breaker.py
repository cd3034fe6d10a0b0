"""A circuit breaker: callers skip a failed service for a while, instead of each waiting for it."""

from __future__ import annotations

import time

from market.support.outage import Outage


class CircuitBreaker:
    """Open for some seconds after each failure; `outage` logs the first failure once, and the recovery once."""

    def __init__(self, outage: Outage | None = None) -> None:
        # By time.monotonic().
        self.again_at = 0.0
        self._outage = outage
        self._failures = 0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.again_at

    def failed(self, error: Exception, seconds: float, longest: float = 0.0) -> None:
        """Open for `seconds`; with a `longest`, twice as long after each further failure in a row, up to `longest`."""
        self.again_at = time.monotonic() + min(seconds * 2**self._failures, max(seconds, longest))
        self._failures = min(self._failures + 1, 32)
        if self._outage is not None:
            self._outage.failed(error)

    def answered(self) -> None:
        self.again_at, self._failures = 0.0, 0
        if self._outage is not None:
            self._outage.answered()
