"""The secret key: from the environment, else made once and kept in a file that only its owner reads."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from django.core.management.utils import get_random_secret_key

SHORTEST = 32


def secret_key(given: str, file: Path) -> str:
    """The key given, or the one in the file; two processes that start at once agree on one."""
    if given:
        return given
    if not file.exists():
        _make(file)
    key = file.read_text().strip()
    if len(key) < SHORTEST:
        raise SystemExit(f"{file.name} holds no usable key; delete it and a new one is made.")
    return key


def _make(file: Path) -> None:
    """The file is whole as soon as it has its name, and is never replaced."""
    own = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(get_random_secret_key())
        with suppress(FileExistsError):  # another process was first; its key is everybody's
            os.link(own, file)
    finally:
        own.unlink(missing_ok=True)


def redis_prefix(key: str) -> str:
    """What every name in Redis begins with: the same for all processes of a site, another for every other secret."""
    return "orders-" + hashlib.sha256(f"names in Redis of {key}".encode()).hexdigest()[:12]
