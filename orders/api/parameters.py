"""Validates query parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import QueryDict

from orders.domain import rules
from orders.domain.errors import ValidationFailed

LENGTH = 2000
# DRF's own parameter, and the usual cache buster.
ALWAYS_KNOWN = frozenset({"format", "_"})


def check_text(parameters: QueryDict, lengths: Mapping[str, int]) -> None:
    """Check all names and values for characters that a database or a person can't read, and for their length.

    `lengths` are the max lengths of values that may be longer, or shorter, than usual. Raises ValidationFailed.
    """
    for name, values in parameters.lists():
        most = lengths.get(name, LENGTH)
        if _is_plain(name, LENGTH) and all(_is_plain(text, most) for text in values):
            continue
        problems = rules.Problems()
        told = name if name.isprintable() and len(name) < 80 else "parameter"
        for text, longest in ((name, LENGTH), *((text, most) for text in values)):
            rules.check_text(problems, told, text, longest)
        problems.check()


def _is_plain(text: str, most: int) -> bool:
    """Whether the text is short, printable ASCII, which needs no further check."""
    return text.isascii() and text.isprintable() and len(text) <= most


def check_names(parameters: QueryDict, knows: Callable[[str], bool]) -> None:
    """Check that every parameter is known, and given once. Raises ValidationFailed."""
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
