"""The environment: read in one place, refused in one line, described in one page."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys

import pytest

from tests.servers import ROOT
from webapp import env


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("WEB_CONCURRENCY", "0"),
        ("DATABASE_URL", "mysql://localhost/orders"),
        ("DATABASE_URL", "postgres://localhost"),
        ("DATABASE_URL", "postgres://localhost/orders?colour=blue"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_REPLICA_URL", "sqlite:////tmp/orders"),
        ("DATABASE_REPLICA_URL", "postgres://replica.example/orders"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://one.example,two.example"),
        ("DEBUG", "perhaps"),
        ("FEED", "bloomberg"),
        ("FEED", "replay"),
        ("FEED", "finnhub"),
        ("FEED_SPEED", "0"),
        ("FEED_SEED", "-1"),
        ("FEED_START", "noon"),
        ("FEED_START", "2019-10-12T16:00:00"),
        ("QUOTES_PER_SECOND", "often"),
        ("PAPER_BROKER", "maybe"),
        ("ALLOWED_HOSTS", "https://example.com"),
        ("ALLOWED_ORIGINS", "example.com"),
        ("FEED_SPEED", "1e2"),
        ("ORDERS_MAX_NOTIONAL", "-5"),
        ("ORDERS_MAX_NOTIONAL", "1_000"),
        ("ORDERS_MAX_NOTIONAL", "1e6"),
        ("ORDERS_MAX_OPEN", "1_0"),
        ("WEB_CONCURRENCY", "+2"),
        ("ORDERS_MAX_OPEN", "many"),
        ("ORDERS_REQUESTS_PER_MINUTE", "-1"),
        ("SIGN_INS_WAITING", "1.5"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line_that_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(ROOT / "webapp" / "settings.py"))

    # A text is what Python prints as it ends; a number follows a line that was printed.
    said = stopped.value.code if isinstance(stopped.value.code, str) else capsys.readouterr().err
    assert stopped.value.code
    assert len(said.strip().splitlines()) == 1
    assert name in said


LIMITS = sorted(name for name in env.VARIABLES if name.startswith(("ORDERS_", "SIGN_INS_")))


@pytest.mark.parametrize(("value", "limit"), [("0", None), ("7", 7)])
def test_a_limit_of_0_is_none(value: str, limit: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIMITS:
        monkeypatch.setenv(name, value)

    found = runpy.run_path(str(ROOT / "webapp" / "settings.py"))

    assert {name: found[name] for name in LIMITS} == dict.fromkeys(LIMITS, limit)


def test_nothing_is_limited_that_an_honest_desk_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIMITS:
        monkeypatch.delenv(name, raising=False)

    found = runpy.run_path(str(ROOT / "webapp" / "settings.py"))

    # A whole office that signs in at the same moment from behind one address.
    assert {name: found[name] for name in LIMITS if found[name] is not None} == {
        "SIGN_INS_WAITING": 100,
        "SIGN_INS_WAITING_PER_ADDRESS": 50,
    }


def test_a_command_with_a_wrong_value_ends_in_that_one_line_without_telling_the_value() -> None:
    stopped = python("manage.py", "check", DATABASE_URL="mysql://orders:secret@localhost/orders")

    assert stopped.returncode == 2
    assert stopped.stderr == (
        "DATABASE_URL must be a URL that begins with postgres:// or postgresql:// or sqlite:// and names a database.\n"
    )


def test_every_variable_has_its_heading_in_the_settings_page_and_no_heading_lacks_its_variable() -> None:
    command = ROOT / "webapp" / "management" / "commands" / "make_administrator.py"
    headings = set(re.findall(r"^### (\w+)$", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    asked = set(re.findall(r'env\.text\("(\w+)"\)', command.read_text()))

    assert headings == set(env.VARIABLES) | asked


def test_the_environment_is_read_in_one_module_alone() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for app in ("orders", "market", "webapp", "cluster")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text())
    ]

    # Who starts other processes hands them its own.
    assert set(readers) <= {"webapp/env.py", "webapp/asgi.py", "cluster/__main__.py"}
