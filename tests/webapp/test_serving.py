"""`make run` behind the scenes: one a folder, nothing left behind, whatever kills it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError, call_command

from tests.servers import PASSWORD, Server, wait_for
from webapp import serving
from webapp.broker import BrokerError, EmbeddedBroker, socket_path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("place") / "served", is_first_start=True)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def served(place: Server) -> Server:
    """Running, whatever the test before did to it: that every way of ending can be started from is part of the test."""
    running = place.process is not None and place.process.poll() is None
    return place if running else place.start()


def children(server: Server) -> list[psutil.Process]:
    assert server.process is not None
    return psutil.Process(server.process.pid).children(recursive=True)


def test_a_second_start_in_the_same_folder_refuses_in_one_line(served: Server) -> None:
    refused = served.manage("serve")

    assert refused.returncode != 0
    assert refused.stderr.strip().splitlines() == ["CommandError: The order monitor already runs from this folder."]


def test_a_taken_port_is_named_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(tmp_path / "served")
        server.environment["PORT"] = str(taken.getsockname()[1])
        refused = server.manage("serve")

    assert refused.returncode != 0
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "PORT" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind_however_it_ends(served: Server, number: signal.Signals) -> None:
    assert served.process is not None
    others = children(served)
    assert len(others) >= 2

    served.process.send_signal(number)
    served.process.wait(20)

    _, alive = psutil.wait_procs(others, timeout=15)
    assert alive == []


def test_a_signal_to_the_whole_group_ends_it_as_well(served: Server) -> None:
    assert served.process is not None
    others = children(served)

    os.killpg(served.process.pid, signal.SIGTERM)
    served.process.wait(20)

    _, alive = psutil.wait_procs(others, timeout=15)
    assert alive == []


def test_a_killed_server_process_is_replaced(served: Server) -> None:
    [daphne] = [child for child in children(served) if "daphne" in " ".join(child.cmdline())]

    daphne.kill()
    daphne.wait(10)
    served.until_ready()

    assert daphne.pid not in {child.pid for child in children(served)}


def test_a_killed_broker_is_replaced(served: Server) -> None:
    [broker] = [child for child in children(served) if "valkey" in child.name()]

    broker.kill()
    broker.wait(10)

    assert wait_for(lambda: [child for child in children(served) if "valkey" in child.name()], "another broker")
    served.until_ready()


def test_a_later_start_keeps_people_sessions_and_secret(served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    token = served.token("alice")
    secret = (served.folder / ".secret-key").read_text()
    passwords = (served.folder / ".demo-passwords").read_text()
    served.stop()
    monkeypatch.setitem(served.environment, "DEMO_PASSWORD", "another-password-altogether")

    served.start()

    assert (served.folder / ".secret-key").read_text() == secret
    assert (served.folder / ".demo-passwords").read_text() == passwords
    assert f"alice:{PASSWORD}" in passwords
    assert served.request("GET", "/api/me/", Authorization=f"Token {token}")[0] == 200


def test_the_passwords_of_the_demo_are_four_words_that_only_the_owner_reads(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", is_first_start=True)
    del server.environment["DEMO_PASSWORD"]
    server.manage("migrate", "-v0")

    assert server.manage("demo_data").returncode == 0

    file = server.folder / ".demo-passwords"
    assert file.stat().st_mode & 0o777 == 0o600
    people = dict(line.split(":") for line in file.read_text().splitlines())
    assert sorted(people) == ["admin", "alice", "bob", "broker", "desk"]
    assert {len(password.split("-")) for password in people.values()} == {4}
    assert len(set(people.values())) == 5


def test_another_database_of_the_same_folder_gets_the_passwords_that_its_owner_knows(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", is_first_start=True)
    del server.environment["DEMO_PASSWORD"]
    known = "alice:four-words-known-before\n"
    (server.folder / ".demo-passwords").write_text(known)
    server.manage("migrate", "-v0")

    server.manage("demo_data")

    check = "from django.contrib.auth import authenticate; from django.test import RequestFactory;"
    check += "print(authenticate(RequestFactory().get('/'), username='alice', password='four-words-known-before'))"
    assert server.shell(check).strip() == "alice"
    assert known in (server.folder / ".demo-passwords").read_text()


def test_behind_tls_and_another_name_it_still_knows_when_it_is_ready(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", TLS="on", ALLOWED_HOSTS=".orders.example.com", WEB_CONCURRENCY="2")
    server.start(host="orders.example.com")
    try:
        log = wait_for(lambda: "Sign in as" in server.log() and server.log(), "the greeting")
        page, _ = server.request("GET", "/", Host="orders.example.com")
        foreign, _ = server.request("GET", "/health/ready", Host="elsewhere.example.com")
    finally:
        server.stop()

    took = re.search(r"\(([\d.]+) s\)", log)
    assert took
    assert "not ready" not in log or float(took[1]) > serving.READY_SECONDS
    assert (page, foreign) == (301, 400)


def test_the_broker_s_address_follows_from_the_folder_alone(tmp_path: Path) -> None:
    long = tmp_path / ("deep-" * 40)

    assert socket_path(long) == socket_path(long)
    assert socket_path(long) != socket_path(tmp_path)
    assert len(str(socket_path(long))) < 108


def test_the_broker_s_address_is_the_same_for_a_command_with_another_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = socket_path(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    assert socket_path(tmp_path) == usual


def test_a_broker_s_folder_that_others_may_enter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.broker.TEMPORARY", tmp_path)
    open_to_all = socket_path(tmp_path).parent
    open_to_all.mkdir()
    open_to_all.chmod(0o755)

    with pytest.raises(BrokerError, match="open to others"):
        EmbeddedBroker(tmp_path).start()


def test_a_broker_s_folder_that_is_only_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.broker.TEMPORARY", tmp_path)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    socket_path(tmp_path).parent.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BrokerError):
        EmbeddedBroker(tmp_path).start()


def test_a_stale_socket_is_replaced_and_a_living_broker_is_not(tmp_path: Path) -> None:
    socket_path(tmp_path).parent.mkdir(mode=0o700, exist_ok=True)
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(socket_path(tmp_path)))
    stale.close()
    broker = EmbeddedBroker(tmp_path)

    broker.start()
    try:
        assert broker.answers()
        with pytest.raises(BrokerError):
            EmbeddedBroker(tmp_path).start()
        assert broker.answers()
    finally:
        broker.stop()
    assert not socket_path(tmp_path).exists()


@pytest.mark.parametrize("platform", ["linux", "another"])
def test_the_broker_ends_when_its_parent_is_killed(tmp_path: Path, platform: str) -> None:
    script = (
        f"import sys, time; sys.platform = {platform!r};"
        "from pathlib import Path; from webapp.broker import EmbeddedBroker;"
        f"broker = EmbeddedBroker(Path({str(tmp_path)!r})); broker.start();"
        "print(broker.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        first = psutil.Process(int(parent.stdout.readline()))
        started = [first, *first.children(recursive=True)]
        assert len(started) == (1 if platform == "linux" else 2)
        parent.kill()
        parent.wait()

    wait_for(lambda: not any(map(is_alive, started)), "the broker's end")


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_an_administrator_gets_a_random_password_once_where_nobody_can_type(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", is_first_start=True)

    made = server.manage("make_administrator", stdin=subprocess.DEVNULL)
    again = server.manage("make_administrator", stdin=subprocess.DEVNULL)

    assert made.returncode == 0, made.stderr
    password = made.stdout.split("Password, shown this once: ")[1].strip()
    assert len(password) >= 20
    assert password not in again.stdout + again.stderr
    assert again.returncode != 0


def test_an_administrator_whose_maker_goes_away_is_not_made(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", leave)

    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("make_administrator")


def test_an_administrator_with_a_weak_password_is_refused(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", True, DJANGO_SUPERUSER_PASSWORD="admin", DJANGO_SUPERUSER_USERNAME="admin")

    refused = server.manage("make_administrator", stdin=subprocess.DEVNULL)

    assert refused.returncode != 0
    assert "too short" in refused.stderr
