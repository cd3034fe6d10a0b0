"""Which form of the tests this is: the short one, or the long one of `make faults` and `make properties`."""

from __future__ import annotations

import os

LONG = os.environ.get("FAULTS") == "long"


def scaled(short: int, long: int) -> int:
    """How often, how many, or how many seconds, in the form that this is."""
    return long if LONG else short
