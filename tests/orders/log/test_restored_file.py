"""`manage.py after_restore` on SQLite: a file that a restore has not made whole is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.servers import Server


def restored(server: Server) -> tuple[int, str]:
    done = server.manage("after_restore")
    return done.returncode, done.stderr.strip()


def test_a_database_beside_a_log_of_before_or_one_that_is_damaged_is_refused(tmp_path: Path) -> None:
    server = Server(tmp_path / "served")
    database = server.folder / "db.sqlite3"
    with closing(sqlite3.connect(database)) as crashed:
        crashed.execute("PRAGMA journal_mode=WAL")
        crashed.execute("CREATE TABLE more (x)")
        crashed.commit()
        left = database.with_name("db.sqlite3-wal").read_bytes()
    again = database.with_name("db.sqlite3-wal")
    again.touch(0o600)
    again.write_bytes(left)

    code, told = restored(server)
    assert code == 1
    assert told.startswith("CommandError: db.sqlite3-wal exists")
    again.unlink()
    assert restored(server) == (0, "")

    pages = bytearray(database.read_bytes())
    pages[4096 * 2 : 4096 * 30] = b"\xa5" * 4096 * 28
    database.write_bytes(pages)
    code, told = restored(server)
    assert code == 1
    assert told.startswith("CommandError: The database is damaged")
    assert "Traceback" not in told


def test_where_there_is_no_database_of_orders_that_is_said_in_one_line(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", is_first_start=True)
    code, told = restored(server)
    assert code == 1
    assert told.endswith("the database can't be used (no such table: orders_eventcounter): is it migrated?")
    assert "\n" not in told
