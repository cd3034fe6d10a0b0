"""The secret key: from the environment, else generated once and stored in a file that only its owner can read."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from django.core.management.utils import get_random_secret_key

SHORTEST = 32


def secret_key(given: str, file: Path) -> str:
    """The given key, else the one in the file; two processes that start at once agree on one."""
    if given:
        return given
    if not file.exists():
        _make(file)
    key = file.read_text().strip()
    if len(key) < SHORTEST:
        raise SystemExit(f"{file.name} contains no usable key; delete it to create a new one.")
    return key


def _make(file: Path) -> None:
    """Create the file atomically; an existing one is never replaced."""
    own = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(get_random_secret_key())
        with suppress(FileExistsError):  # another process was first; its key counts
            os.link(own, file)
    finally:
        own.unlink(missing_ok=True)


def redis_prefix(key: str) -> str:
    """The prefix of every name in Redis: the same for all processes of a site, different for each secret key."""
    return "orders-" + hashlib.sha256(f"names in Redis of {key}".encode()).hexdigest()[:12]
