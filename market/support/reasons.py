"""The reason for a failure as one line, for logs and command output."""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """The error's message on one line, without an errno; its class name if it has no message, like a timeout."""
    words = getattr(error, "strerror", None) or error
    return " ".join(str(words).split()) or type(error).__name__
