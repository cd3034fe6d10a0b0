"""A folder in /tmp that only this user can enter: the embedded Redis's socket and the web processes' metrics."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from market.support.reasons import reason

# Not tempfile's folder, which depends on the environment: a command with another TMPDIR would miss the socket.
TEMPORARY = Path("/tmp")  # noqa: S108 the folder created there is checked to be private to this user


class NotPrivateError(Exception):
    """The folder can't be used; the message is one human-readable line."""


def path_for(project: Path, suffix: str) -> Path:
    """A path that depends only on the project's folder, and is short enough for a socket address (108 bytes)."""
    name = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]
    return TEMPORARY / f"order-monitor-{os.getuid()}" / f"{name}{suffix}"


def make_private(folder: Path) -> None:
    """Create a folder that only this user can enter. Raises NotPrivateError if others own or can enter it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise NotPrivateError(f"Can't create {folder}: {reason(error)}.") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise NotPrivateError(f"{folder} belongs to another user or is open to others; remove it.")
