"""Rate limit of a socket's frames."""

from __future__ import annotations

import time
from collections import deque

from django.conf import settings


class MessageRate:
    """Allows ORDERS_MESSAGES_PER_MINUTE frames a minute, without counting `received` and `ping`; None is no limit."""

    def __init__(self) -> None:
        self._most: int | None = settings.ORDERS_MESSAGES_PER_MINUTE
        self._times: deque[float] = deque()

    def allows(self) -> bool:
        if self._most is None:
            return True
        now = time.monotonic()
        while self._times and now - self._times[0] > 60:
            self._times.popleft()
        self._times.append(now)
        return len(self._times) <= self._most
