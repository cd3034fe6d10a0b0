"""Search for the programs of Debian's packages; one line names those that are missing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

# Debian installs servers in this folder, which is not in a user's PATH.
SYSTEM = "/usr/sbin"


class Missing(Exception):
    """Programs that the cluster requires are missing; the message is one line for the user."""


@dataclass(frozen=True)
class Programs:
    postgresql: Path
    """The folder of initdb and postgres, which Debian keeps out of the PATH."""
    redis: str
    nginx: str


def find() -> Programs:
    """Find the programs. Raises Missing."""
    postgresql = _postgresql()
    redis = shutil.which("redis-server") or shutil.which("valkey-server")
    nginx = shutil.which("nginx") or shutil.which("nginx", path=SYSTEM)
    if postgresql is None or redis is None or nginx is None:
        found = {"PostgreSQL": postgresql, "Redis": redis, "nginx": nginx}
        missing = " and ".join(name for name, path in found.items() if path is None)
        raise Missing(f"The cluster needs {missing}: apt-get install postgresql redis-server nginx")
    return Programs(postgresql, redis, nginx)


def _postgresql() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
