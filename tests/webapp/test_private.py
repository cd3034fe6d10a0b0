"""What holds hashes, tokens and the secret is its owner's alone, from the first byte on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from webapp.db.sqlite3.base import DatabaseWrapper
from webapp.private import check_files

ENDS = ("", "-wal", "-shm")


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """What this process makes may be read by everybody, unless it says otherwise."""
    usual = os.umask(0o022)
    yield
    os.umask(usual)


def used(path: Path) -> None:
    """Writes to a database of this name, as the product does, and looks at its files while it is open."""
    usual = django_settings.DATABASES["default"]
    wrapper = DatabaseWrapper(connections["default"].settings_dict | usual | {"NAME": path}, "default")
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS secrets (value text)")
            cursor.execute("INSERT INTO secrets VALUES ('x')")
        assert {end: (path.parent / f"{path.name}{end}").stat().st_mode & 0o777 for end in ENDS} == dict.fromkeys(
            ENDS, 0o600
        )
    finally:
        wrapper.close()


@pytest.mark.django_db
def test_a_new_database_and_what_lies_beside_it_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    used(tmp_path / "new.sqlite3")


@pytest.mark.django_db
def test_a_database_that_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    for end in ENDS:
        (tmp_path / f"old.sqlite3{end}").touch(0o644)

    used(tmp_path / "old.sqlite3")


def test_a_private_file_that_others_may_read_is_warned_of_by_name(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = tmp_path
    database = {"ENGINE": "webapp.db.sqlite3", "NAME": tmp_path / "db.sqlite3"}
    for name, value in database.items():
        monkeypatch.setitem(settings.DATABASES["default"], name, value)
    for name in ("db.sqlite3", "db.sqlite3-wal", ".secret-key"):
        (tmp_path / name).touch(0o644)
    (tmp_path / ".demo-passwords").touch(0o600)

    warned = {warning.msg.split()[0]: warning.id for warning in check_files()}

    assert warned == dict.fromkeys(["db.sqlite3", "db.sqlite3-wal", ".secret-key"], "webapp.W001")
    for name in warned:
        (tmp_path / name).chmod(0o600)
    assert check_files() == []
