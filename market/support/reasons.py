"""Why something failed, as one line of a log, or of what a command says, tells it."""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """The error's own words on one line, without a system call's number; its name where it has none, as a timeout."""
    words = getattr(error, "strerror", None) or error
    return " ".join(str(words).split()) or type(error).__name__
