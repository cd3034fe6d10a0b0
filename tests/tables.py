"""One test that goes through a table of cases to its end and names every one that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

SHOWN = 80


def failing(cases: Iterable[Any], check: Callable[..., object]) -> list[str]:
    """The cases whose check fails, each with why; a case that is a tuple becomes the check's arguments."""
    found = []
    for case in cases:
        try:
            check(*case) if isinstance(case, tuple) else check(case)
        except (Exception, pytest.fail.Exception) as error:  # what one case raises is told with all the others
            found.append(f"{ascii(case)[:SHOWN]}: {type(error).__name__}: {error}")
    return found
