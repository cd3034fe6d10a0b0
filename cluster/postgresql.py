"""A private PostgreSQL: created once, reached by a unix socket in a folder that only its owner may enter."""

from __future__ import annotations

import hashlib
import os
import pwd
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cluster.parts import CannotStart, Part

# PostgreSQL refuses to run as root; the user "nobody" exists on every system.
STAND_IN = "nobody"
# A unix socket's path is at most 107 bytes, and the file name takes 15 of them.
LONGEST_FOLDER = 90
ELSEWHERE = Path("/var/tmp")  # noqa: S108 survives a reboot; a folder there is checked to be the owner's alone


class PostgreSQL(Part):
    """A server with its data in the folder, or, if its user has no access there, under /var/tmp, named by a hash."""

    def __init__(self, folder: Path, binaries: Path, log_file: Path, **settings: str) -> None:
        """`settings` are settings of the server: max_connections="200"."""
        # SIGINT is its fast shutdown; at a SIGTERM it would wait until all clients have disconnected.
        super().__init__("PostgreSQL", log_file, ending=signal.SIGINT)
        self.binaries = binaries
        self.settings = {"listen_addresses": "", **settings}
        self.user = _user()
        self.folder = self._home(folder)

    def address(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgres://postgres@/{quote(database)}?host={quote(str(self.folder))}"

    def create(self, *options: str) -> None:
        """Create its data directory if it doesn't exist; the options are initdb's. Raises CannotStart."""
        data = self.folder / "data"
        if (data / "PG_VERSION").exists():
            return
        command = [str(self.binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        with open(self.log_file, "ab") as log:
            done = subprocess.run([*command, *options], stdout=log, stderr=log, cwd=self.folder, **self.user)
        if done.returncode:
            raise CannotStart(f"initdb can't create PostgreSQL's data; see {self.log_file}.")

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it."""
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        return self.run(command, cwd=self.folder, **self.user)

    def start(self) -> None:
        """Start it, and return once it answers. Raises CannotStart."""
        self.launch()
        self.wait(self.answers)

    def make_database(self, name: str) -> None:
        """Create this database if it doesn't exist."""
        if (name,) not in self.ask("SELECT datname FROM pg_database"):
            self.ask(f'CREATE DATABASE "{name}"')

    def ask(self, query: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows of a query, run in its own transaction."""
        import psycopg

        address: dict[str, Any] = {"host": str(self.folder), "user": "postgres", "dbname": database}
        with psycopg.connect(**address, connect_timeout=2, autocommit=True) as line:
            found = line.execute(query.encode())
            return found.fetchall() if found.description else []

    def answers(self) -> bool:
        import psycopg

        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _home(self, wanted: Path) -> Path:
        if len(str(wanted)) > LONGEST_FOLDER or not self._reaches(wanted):
            mark = hashlib.sha256(str(wanted).encode()).hexdigest()[:16]
            wanted = ELSEWHERE / f"order-monitor-{os.getuid()}-{mark}"
        with suppress(FileExistsError):
            wanted.mkdir(mode=0o700, parents=True)
            if self.user:
                os.chown(wanted, self.user["user"], self.user["group"])
        found, owner = wanted.lstat(), self.user.get("user", os.getuid())
        if found.st_uid != owner or found.st_mode & 0o077:
            raise CannotStart(f"{wanted} belongs to another user or is open to others; move it away.")
        return wanted

    def _reaches(self, wanted: Path) -> bool:
        """Whether its user has access to the folder; true if that is the current user."""
        if not self.user:
            return True
        wanted.parent.mkdir(parents=True, exist_ok=True)
        looked = subprocess.run(["test", "-x", str(wanted.parent)], cwd="/", **self.user)
        return looked.returncode == 0


def _user() -> dict[str, Any]:
    """Popen's options for the user that it runs as; none if that is the current user."""
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam(STAND_IN)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
