"""The folder in /tmp is the same for every command of a project, and only this user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.launch.private_folder import NotPrivateError, make_private, path_for


def test_a_path_follows_from_the_project_s_folder_alone(tmp_path: Path) -> None:
    long = tmp_path / ("deep-" * 40)

    assert path_for(long, ".sock") == path_for(long, ".sock")
    assert path_for(long, ".sock") != path_for(tmp_path, ".sock")
    assert len(str(path_for(long, ".sock"))) < 108


def test_a_path_is_the_same_for_a_command_with_another_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = path_for(tmp_path, ".sock")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    assert path_for(tmp_path, ".sock") == usual


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)

    with pytest.raises(NotPrivateError, match="open to others"):
        make_private(tmp_path / "open")


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NotPrivateError):
        make_private(tmp_path / "link")


def test_a_folder_that_cannot_be_made_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(NotPrivateError, match="No such file"):
        make_private(tmp_path / "missing" / "folder")
