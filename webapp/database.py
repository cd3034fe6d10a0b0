"""DATABASE_URL as Django's settings: PostgreSQL, or SQLite with a write-ahead log and immediate transactions."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("postgres", "postgresql", "sqlite")
LOCK_SECONDS = 20
REPLICA_SECONDS = "2"
PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    # Keep the rollback data of statements with triggers in memory, not in one file per statement.
    "PRAGMA temp_store=MEMORY;"
    # Read pages from the system's cache: every commit would invalidate the caches of all other connections.
    "PRAGMA mmap_size=2147483648;"
    # Checkpoint rarely (16 MB of log): a page that many orders change is then written back once for all of them.
    "PRAGMA wal_autocheckpoint=4000;"
)


def refuse_useless(url: str) -> None:
    """Raise ValueError if the URL names no database, or an option that PostgreSQL does not know."""
    if not urlsplit(url).path.strip("/"):
        raise ValueError(url)
    if not url.startswith("sqlite"):
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        try:
            conninfo_to_dict(url)
        except ProgrammingError as error:
            raise ValueError(url) from error


def database(url: str, folder: Path) -> dict[str, Any]:
    """The `default` entry of DATABASES; without a URL a SQLite file in the project's folder."""
    parts = urlsplit(url)
    if parts.scheme in ("postgres", "postgresql"):
        options = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "webapp.db.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
            "PORT": options.pop("port", None) or str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    # sqlite:///relative.db and sqlite:////absolute.db, as everywhere.
    path = unquote(parts.path[1:]) if url else "db.sqlite3"
    return {
        "ENGINE": "webapp.db.sqlite3",
        "NAME": folder / path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # Reading first and writing later in one deferred transaction ends in "database is locked" under load.
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_SECONDS,
            "init_command": PRAGMAS,
        },
        # A file, because threads need one; each test run has its own.
        "TEST": {"NAME": Path(tempfile.gettempdir(), f"order-monitor-test-{os.getpid()}.sqlite3")},
    }


def replica(url: str, folder: Path) -> dict[str, Any]:
    """The `replica` entry of DATABASES; its short connect timeout detects an outage soon."""
    found = database(url, folder)
    found["OPTIONS"].setdefault("connect_timeout", REPLICA_SECONDS)
    return found | {"TEST": {"MIRROR": "default"}}
