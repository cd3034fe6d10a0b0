"""Which form of the tests this is: the short one of `make test`, or the long one of `make faults` and `make properties`."""

from __future__ import annotations

import os

LONG = os.environ.get("FAULTS") == "long"
