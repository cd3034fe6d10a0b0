"""How many examples a property is shown: few where every commit waits for them, many where time is plenty."""

from __future__ import annotations

import os


def examples(short: int, long: int) -> int:
    """`long` where the environment says FAULTS=long."""
    return long if os.environ.get("FAULTS") == "long" else short
