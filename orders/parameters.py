"""What every request is checked for before anything is read from it; and numbers among its parameters."""

from __future__ import annotations

from collections.abc import Callable

from django.http import QueryDict

from orders import rules
from orders.errors import ValidationFailed

LENGTH = 2000
# DRF's own, and the one that keeps old caches from answering.
ALWAYS_KNOWN = frozenset({"format", "_"})


def check_text(parameters: QueryDict) -> None:
    """No parameter of any name holds what a database or a reader can't bear. Raises ValidationFailed."""
    for name, values in parameters.lists():
        if all(text.isascii() and text.isprintable() and len(text) <= LENGTH for text in (name, *values)):
            continue
        problems = rules.Problems()
        for text in (name, *values):
            rules.check_text(problems, name if name.isprintable() and len(name) < 80 else "parameter", text, LENGTH)
        problems.check()


def check_names(parameters: QueryDict, knows: Callable[[str], bool]) -> None:
    """Every parameter is one that is understood, and given once. Raises ValidationFailed."""
    problems = rules.Problems()
    for name, values in parameters.lists():
        if not knows(name) and name not in ALWAYS_KNOWN:
            problems.add(name, "There is no such parameter.")
        elif len(values) > 1:
            problems.add(name, "Given more than once.")
    problems.check()


def whole_number(parameters: QueryDict, name: str, default: int, least: int, most: int) -> int:
    """The parameter as a whole number within its bounds. Raises ValidationFailed."""
    text = parameters.get(name, "")
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not least <= number <= most:
        message = f"A whole number from {least} to {most}."
        raise ValidationFailed(f"{name}: {message}", fields={name: [message]})
    return number
