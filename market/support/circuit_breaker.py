"""A circuit breaker: what has failed is left alone for a while, so that not everybody waits for it."""

from __future__ import annotations

import time

from market.support.outage import Outage


class CircuitBreaker:
    """Open for some seconds after each failure; `outage` tells the log once of the first and once of the return."""

    def __init__(self, outage: Outage | None = None) -> None:
        # By time.monotonic().
        self.again_at = 0.0
        self._outage = outage
        self._failures = 0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.again_at

    def failed(self, error: Exception, seconds: float, longest: float = 0.0) -> None:
        """Opens for `seconds`; for twice as long after each further failure in a row, where there is a `longest`."""
        self.again_at = time.monotonic() + min(seconds * 2**self._failures, max(seconds, longest))
        self._failures = min(self._failures + 1, 32)
        if self._outage is not None:
            self._outage.failed(error)

    def answered(self) -> None:
        self.again_at, self._failures = 0.0, 0
        if self._outage is not None:
            self._outage.answered()
