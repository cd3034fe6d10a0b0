"""An event loop whose time passes as soon as everybody waits: an hour takes as long as what is done in it."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Skipping(selectors.SelectSelector):
    """Waits for nothing, and says that the time has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


class SkippingLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0. Only timers may be waited for, no thread and no other process."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now
