"""A database that can't be used ends a command in one line, whatever is wrong with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.orders.journals import HEADER, line
from tests.servers import Server
from tests.tables import failing

REPLAY = ("replay_journal", "journal.csv", "--speed", "max")
TRIM = ("trim_log", "--keep", "1")
BEGIN = "CommandError: DATABASE_URL: the database can't be used ("
# One of its own `serve` would start before it comes to the database.
AWAY = {"REDIS_URL": "redis://127.0.0.1:1/0"}


def end_of(server: Server, *command: str) -> str:
    """The one line in which the command ends, from where it says what is wrong."""
    (server.folder / "journal.csv").write_text(f"{HEADER}\n{line('place')}\n")
    done = server.manage(*command, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    [told] = done.stderr.splitlines()
    assert told.startswith(BEGIN)
    return told.removeprefix(BEGIN)


def test_one_that_was_never_migrated_is_asked_about(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", is_first_start=True)

    def check(*command: str) -> None:
        end = end_of(server, *command)
        assert end.startswith("no such table: ")
        assert end.endswith("): is it migrated?")

    assert failing([REPLAY, TRIM, ("demo_data",)], check) == []


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", is_first_start=True, **AWAY)
    database = server.folder / "db.sqlite3"
    database.touch(0o600)
    database.write_text("This is no database.\n" * 100)

    def check(*command: str) -> None:
        assert end_of(server, *command) == "file is not a database)."

    assert failing([("serve",), ("make_administrator",)], check) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    place = tmp_path / "nowhere" / "db.sqlite3"
    server = Server(tmp_path / "served", DATABASE_URL=f"sqlite:///{place}", **AWAY)

    assert end_of(server, "serve") == f"{place}.lock: No such file or directory)."


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", DATABASE_URL="postgres://postgres@127.0.0.1:1/orders", **AWAY)

    def check(*command: str) -> None:
        end = end_of(server, *command)
        assert "127.0.0.1" in end
        assert end.endswith(").")

    assert failing([TRIM, ("make_administrator",)], check) == []
