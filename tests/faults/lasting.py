"""A fault lasts for a time: the only thing in the suite that time alone ends."""

from __future__ import annotations

import time


def last(seconds: float) -> None:
    """Leaves what is broken, locked or paused as it is, so long."""
    time.sleep(seconds)
