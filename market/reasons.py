"""Why something failed, as one line of a log tells it."""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """The error's own words on one line; its name where it has none, as a timeout."""
    return " ".join(str(error).split()) or type(error).__name__
