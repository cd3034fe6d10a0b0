"""Private files (password hashes, tokens, the secret key): only their owner can read them, from the first byte on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

OF_OTHERS = 0o077
# SQLite's files next to a database; it creates them with the database's mode.
BESIDE = ("", "-wal", "-shm", "-journal")


def keep_private(database: str) -> None:
    """Create the database's file if it is missing, and revoke other users' access to it."""
    if not is_file(database):
        return
    with suppress(OSError):  # it exists, or SQLite reports better why it can't be created
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for path in _open_to_others(Path(f"{database}{end}") for end in BESIDE):
        with suppress(OSError):  # another user's file, which the check reports
            path.chmod(path.stat().st_mode & ~OF_OTHERS)


def is_file(database: str) -> bool:
    """Whether the name is that of a file; it may also be a URI, or a database in memory."""
    return bool(database) and not database.startswith((":", "file:"))


def check_files(**_: Any) -> list[CheckMessage]:
    """Django system check: warns of each private file that other accounts of this machine can read."""
    paths = [settings.BASE_DIR / ".secret-key", settings.BASE_DIR / ".demo-passwords"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and is_file(str(database["NAME"])):
        paths += [Path(f"{database['NAME']}{end}") for end in BESIDE]
    return [
        Warning(
            f"{path.name} can be read by other accounts of this machine.",
            hint=f"chmod 600 {path}",
            id="webapp.W001",
        )
        for path in _open_to_others(paths)
    ]


def _open_to_others(paths: Iterator[Path] | list[Path]) -> Iterator[Path]:
    for path in paths:
        with suppress(FileNotFoundError):
            if path.stat().st_mode & OF_OTHERS:
                yield path
