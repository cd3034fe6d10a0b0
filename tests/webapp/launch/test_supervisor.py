"""`make run` behind the scenes: one a folder, nothing left behind, whatever kills it."""

from __future__ import annotations

import fcntl
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from tests.servers import PASSWORD, ROOT, Server, wait_for
from tests.stack import processes
from webapp.launch import supervisor
from webapp.launch.embedded_redis import EmbeddedRedis, EmbeddedRedisError, socket_path


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A project's folder as this process' own commands see it."""
    settings.BASE_DIR = tmp_path
    return tmp_path


def gone(others: list[psutil.Process]) -> bool:
    return not any(map(is_alive, others))


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_second_start_in_the_same_folder_refuses_in_one_line(served: Server) -> None:
    refused = served.manage("serve")

    assert refused.returncode != 0
    assert refused.stderr.strip().splitlines() == ["CommandError: The order monitor already runs from this folder."]
    assert (served.folder / ".serve.lock").read_text() == f"{served.port}\n"


def test_a_second_server_of_the_folder_on_the_same_port_refuses_before_it_prepares_anything(
    folder: Path, settings: Any
) -> None:
    settings.REDIS_URLS, settings.PORT = ["redis://127.0.0.1:1/0"], 8765
    with (folder / ".serve.lock.8765").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(CommandError, match=r"^The order monitor already runs from this folder\.$"):
            call_command("serve")


@pytest.mark.parametrize("number", ["taken", 0])
def test_a_port_that_can_t_be_had_is_named(folder: Path, settings: Any, number: int | str) -> None:
    settings.REDIS_URLS, settings.HOST = ["redis://127.0.0.1:1/0"], "127.0.0.1" if number else "192.0.2.1"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.PORT = taken.getsockname()[1] if number else 0

        with pytest.raises(CommandError, match=r"^HOST=\S+ PORT=\d+ can't be used: [^\n]+\.$"):
            call_command("serve")


@pytest.mark.parametrize(
    "end",
    [lambda process: os.killpg(process.pid, signal.SIGINT), lambda process: process.kill()],
    ids=["Ctrl-C, which the whole group gets", "kill -9"],
)
def test_nothing_is_left_behind_however_it_ends(served: Server, end: Callable[[Any], None]) -> None:
    assert served.process is not None
    others = processes.family(served)
    assert len(others) >= 2

    end(served.process)

    served.process.wait()
    wait_for(lambda: gone(others), "the end of all the others")


def test_a_killed_server_process_is_replaced(served: Server, web: psutil.Process) -> None:
    web.kill()

    wait_for(lambda: [each for each in processes.web(served) if each != web], "another process")
    served.until_ready()


def test_a_killed_broker_is_replaced(served: Server) -> None:
    broker = processes.broker(served)

    broker.kill()

    wait_for(lambda: broker not in processes.brokers(served) and processes.brokers(served), "another broker")
    served.until_ready()


def test_a_later_start_keeps_people_sessions_and_secret_and_what_was_before_is_gone(
    served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = served.token("alice")
    secret = (served.folder / ".secret-key").read_text()
    passwords = (served.folder / ".demo-passwords").read_text()
    others = processes.family(served)
    served.stop()
    assert gone(others)
    monkeypatch.setitem(served.environment, "DEMO_PASSWORD", "another-password-altogether")

    served.start()

    assert (served.folder / ".secret-key").read_text() == secret
    assert (served.folder / ".demo-passwords").read_text() == passwords
    kept = [served.folder / name for name in (".secret-key", ".demo-passwords", "db.sqlite3", "db.sqlite3-wal")]
    assert {path.name: path.stat().st_mode & 0o077 for path in kept} == dict.fromkeys([path.name for path in kept], 0)
    assert f"alice:{PASSWORD}" in passwords
    assert served.request("GET", "/api/me/", Authorization=f"Token {token}")[0] == 200


def test_the_passwords_of_the_demo_are_four_words_that_only_the_owner_reads(
    db: None, folder: Path, settings: Any
) -> None:
    settings.DEMO_PASSWORD = ""

    call_command("demo_data", stdout=StringIO())

    file = folder / ".demo-passwords"
    assert file.stat().st_mode & 0o777 == 0o600
    people = dict(line.split(":") for line in file.read_text().splitlines())
    assert sorted(people) == ["admin", "alice", "bob", "broker", "desk"]
    assert {len(password.split("-")) for password in people.values()} == {4}
    assert len(set(people.values())) == 5


def test_the_administrator_has_a_password_of_their_own_where_one_is_given(
    db: None, folder: Path, settings: Any
) -> None:
    settings.DEMO_PASSWORD, settings.ADMIN_PASSWORD = "everybody-may-try-this", "nobody-else-knows-this"

    call_command("demo_data", stdout=StringIO())

    kept = dict(line.split(":") for line in (folder / ".demo-passwords").read_text().splitlines())
    assert kept == dict.fromkeys(("alice", "bob", "desk", "broker"), "everybody-may-try-this") | {
        "admin": "nobody-else-knows-this"
    }
    for name, password in kept.items():
        assert str(authenticate(RequestFactory().get("/"), username=name, password=password)) == name


def test_a_site_need_not_have_the_demo_s_people(
    db: None, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_PEOPLE", "off")
    settings.DEMO_PEOPLE = runpy.run_path(str(ROOT / "webapp" / "settings.py"))["DEMO_PEOPLE"]

    call_command("demo_data", stdout=StringIO())

    assert not User.objects.exists()
    assert not (folder / ".demo-passwords").exists()
    assert "create_superuser.sh" in supervisor.sign_ins(settings.DEMO_PEOPLE)


def test_another_database_of_the_same_folder_gets_the_passwords_that_its_owner_knows(
    db: None, folder: Path, settings: Any
) -> None:
    settings.DEMO_PASSWORD = ""
    known = "alice:four-words-known-before\n"
    (folder / ".demo-passwords").write_text(known)

    call_command("demo_data", stdout=StringIO())

    alice = authenticate(RequestFactory().get("/"), username="alice", password="four-words-known-before")
    assert str(alice) == "alice"
    assert known in (folder / ".demo-passwords").read_text()


def test_behind_tls_and_another_name_it_still_knows_when_it_is_ready_and_which_port_the_system_has_picked(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path / "served", TLS="on", ALLOWED_HOSTS=".orders.example.com", WEB_CONCURRENCY="2")
    server.environment["PORT"] = "0"
    server.site = "orders.example.com"
    lock = server.folder / ".serve.lock"
    try:
        server.launch()
        server.port = int(wait_for(lambda: lock.exists() and lock.read_text().strip(), "the port"))
        server.until_ready()
        log = wait_for(lambda: "Sign in as" in server.log() and server.log(), "the greeting")
        page, _ = server.request("GET", "/", Host="orders.example.com")
        foreign, _ = server.request("GET", "/metrics", Host="elsewhere.example.com")
        anywhere, _ = server.request("GET", "/health/ready", Host="elsewhere.example.com")
    finally:
        server.stop()

    greeting = re.search(r"The order monitor is at http://127\.0\.0\.1:(\d+)/ \(([\d.]+) s\)", log)
    assert greeting
    assert int(greeting[1]) == server.port
    assert "not ready" not in log or float(greeting[2]) > supervisor.READY_SECONDS
    assert (page, foreign, anywhere) == (301, 400, 200)


def test_redis_is_not_started_in_a_folder_that_others_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.launch.private_folder.TEMPORARY", tmp_path)
    socket_path(tmp_path).parent.mkdir()
    socket_path(tmp_path).parent.chmod(0o755)

    with pytest.raises(EmbeddedRedisError, match=r"open to others.*REDIS_URL"):
        EmbeddedRedis(tmp_path).start()


def test_a_stale_socket_is_replaced_and_a_living_broker_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.launch.embedded_redis.LEAVE_SECONDS", 0.1)
    socket_path(tmp_path).parent.mkdir(mode=0o700, exist_ok=True)
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(socket_path(tmp_path)))
    stale.close()
    broker = EmbeddedRedis(tmp_path)

    broker.start()
    try:
        assert broker.answers()
        with pytest.raises(EmbeddedRedisError):
            EmbeddedRedis(tmp_path).start()
        assert broker.answers()
    finally:
        broker.stop()
    assert not socket_path(tmp_path).exists()


@pytest.mark.parametrize("platform", ["linux", "another"])
def test_the_broker_ends_when_its_parent_is_killed(tmp_path: Path, platform: str) -> None:
    script = (
        f"import sys, time; sys.platform = {platform!r};"
        "from pathlib import Path; from webapp.launch.embedded_redis import EmbeddedRedis;"
        f"broker = EmbeddedRedis(Path({str(tmp_path)!r})); broker.start();"
        "print(broker.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        first = psutil.Process(int(parent.stdout.readline()))
        started = [first, *first.children(recursive=True)]
        assert len(started) == (1 if platform == "linux" else 2)
        parent.kill()
        parent.wait()

    wait_for(lambda: gone(started), "the broker's end")


def test_an_administrator_gets_a_random_password_once_where_nobody_can_type(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    made = StringIO()

    call_command("make_administrator", stdout=made)
    with pytest.raises(CommandError) as again:
        call_command("make_administrator")

    password = made.getvalue().split("Password, shown this once: ")[1].strip()
    assert len(password) >= 20
    assert password not in str(again.value)
    assert authenticate(RequestFactory().get("/"), username="admin", password=password) is not None


def test_an_administrator_whose_maker_goes_away_is_not_made(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", leave)

    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("make_administrator")


def test_an_administrator_with_a_weak_password_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "admin")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "admin")

    with pytest.raises(CommandError, match="too short"):
        call_command("make_administrator")
