"""A server that is told to end answers whom it has let in, and lets nobody in any more."""

from __future__ import annotations

import fcntl
import http.client
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.servers import Server, wait_for
from tests.stack import processes
from tests.traders import new_order
from webapp.listening import CannotListen, bind, let_in
from webapp.parting import turn_newcomers_away


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "served").start()
    try:
        yield server
    finally:
        for process in processes.web(server) if server.process and server.process.poll() is None else []:
            process.resume()
        server.stop()


def is_let_in(port: int) -> bool:
    with socket.socket() as newcomer:
        newcomer.settimeout(0.2)
        return newcomer.connect_ex(("127.0.0.1", port)) == 0


def test_a_request_whose_second_half_comes_after_the_order_to_end_is_answered(served: Server) -> None:
    assert served.process is not None
    body = json.dumps(new_order()).encode()
    token = served.token("alice")
    client = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    client.putrequest("POST", "/api/orders/")
    client.putheader("Authorization", f"Token {token}")
    client.putheader("Content-Type", "application/json")
    client.putheader("Content-Length", str(len(body)))
    client.endheaders(body[:20])
    [daphne] = processes.web(served)
    wait_for(lambda: len(daphne.net_connections("tcp")) > 1, "the connection being taken in")

    served.process.send_signal(signal.SIGTERM)
    wait_for(lambda: not is_let_in(served.port), "nobody being let in")
    client.send(body[20:])

    answer = client.getresponse()
    assert answer.status == 201
    assert json.load(answer)["user"] == "alice"
    client.close()
    assert served.process.wait(60) == 0


def test_those_who_wait_to_be_taken_in_are_answered_and_nobody_joins_them(served: Server) -> None:
    assert served.process is not None
    [daphne] = processes.web(served)
    daphne.suspend()
    waiting = [http.client.HTTPConnection("127.0.0.1", served.port, timeout=20) for _ in range(5)]
    for client in waiting:
        client.request("GET", "/health/live")

    served.process.send_signal(signal.SIGTERM)
    wait_for(lambda: not is_let_in(served.port), "nobody being let in")
    daphne.resume()

    assert [client.getresponse().status for client in waiting] == [200] * 5
    for client in waiting:
        client.close()
    assert served.process.wait(60) == 0


def test_a_request_that_never_ends_does_not_keep_the_server(served: Server) -> None:
    assert served.process is not None
    [daphne] = processes.web(served)
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.sendall(b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n")
        wait_for(lambda: len(daphne.net_connections("tcp")) > 1, "the connection being taken in")
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(60) == 0
    assert not psutil.pid_exists(daphne.pid)


def test_a_listening_socket_that_turns_newcomers_away_keeps_whom_it_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as early:
        early.connect(listening.getsockname())
        turn_newcomers_away(listening)

        assert not is_let_in(listening.getsockname()[1])
        accepted, _ = listening.accept()
        with accepted:
            early.sendall(b"still here")
            assert accepted.recv(100) == b"still here"


def test_nobody_is_let_in_before_there_is_somebody_to_answer() -> None:
    with bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert not is_let_in(port)

        let_in(["daphne", "--fd", str(bound.fileno())])

        assert is_let_in(port)
        with pytest.raises(CannotListen):
            bind("127.0.0.1", port)


def test_a_second_server_of_the_folder_on_the_same_port_refuses_in_one_line_before_it_prepares_anything(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path / "served", True, REDIS_URL="redis://127.0.0.1:1/0")
    with (server.folder / f".serve.lock.{server.port}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = server.manage("serve")

    assert refused.stderr.strip().splitlines() == ["CommandError: The order monitor already runs from this folder."]
    assert not (server.folder / "db.sqlite3").exists()
