"""Files that hold passwords' hashes, tokens or the secret: they are their owner's alone from the first byte on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

OF_OTHERS = 0o077
# What SQLite keeps beside a database; it gives these files the database's own mode when it makes them.
BESIDE = ("", "-wal", "-shm", "-journal")


def keep_private(database: str) -> None:
    """Makes the database's file if there is none, and takes it from others where they may read it."""
    if not is_file(database):
        return
    with suppress(OSError):  # it is there, or SQLite says better why it can't be made
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for path in _open_to_others(Path(f"{database}{end}") for end in BESIDE):
        with suppress(OSError):  # somebody else's: the check tells
            path.chmod(path.stat().st_mode & ~OF_OTHERS)


def is_file(database: str) -> bool:
    """Whether SQLite takes this name for a file's: it may also be a URI, or a database in memory."""
    return bool(database) and not database.startswith((":", "file:"))


def check_files(**_: Any) -> list[CheckMessage]:
    """Django's check: warns of each private file that other accounts of this machine may read."""
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
