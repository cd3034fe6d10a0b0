"""A server that is told to end answers whom it has let in, and lets nobody in any more."""

from __future__ import annotations

import http.client
import json
import signal
import socket

import psutil
import pytest

from tests.periods import periods
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.traders import new_order
from webapp.daphne.drain import turn_newcomers_away
from webapp.launch.listener import CannotListen, bind, let_in

# However busy the machine is: what is cut after a while is another test's.
UNHURRIED = periods({"webapp.daphne.drain.FINISH_SECONDS": 60, "webapp.launch.supervisor.STOP_SECONDS": 80})


def is_let_in(port: int) -> bool:
    """A newcomer's packet is dropped, which he would notice much later by himself."""
    with socket.socket() as newcomer:
        newcomer.settimeout(0.2)
        return newcomer.connect_ex(("127.0.0.1", port)) == 0


def test_whoever_was_let_in_before_the_order_to_end_is_answered_and_nobody_joins_them(
    served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in UNHURRIED.items():
        monkeypatch.setitem(served.environment, name, value)
    served.stop()
    served.start()
    assert served.process is not None
    [daphne] = processes.web(served)
    body = json.dumps(new_order()).encode()
    half = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    half.putrequest("POST", "/api/orders/")
    half.putheader("Authorization", f"Token {served.token('alice')}")
    half.putheader("Content-Type", "application/json")
    half.putheader("Content-Length", str(len(body)))
    half.endheaders(body[:20])
    assert half.sock is not None
    port = half.sock.getsockname()[1]
    wait_for(lambda: processes.serves(daphne, port), "the connection being taken in")
    daphne.suspend()
    waiting = [http.client.HTTPConnection("127.0.0.1", served.port, timeout=60) for _ in range(5)]
    for client in waiting:
        client.request("GET", "/health/live")

    served.process.send_signal(signal.SIGTERM)
    wait_for(lambda: not is_let_in(served.port), "nobody being let in")
    daphne.resume()
    assert [client.getresponse().status for client in waiting] == [200] * 5
    half.send(body[20:])

    answer = half.getresponse()
    assert answer.status == 201
    assert json.load(answer)["user"] == "alice"
    for client in (half, *waiting):
        client.close()
    assert served.process.wait() == 0
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
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

        let_in(["daphne", "--fd", str(bound.fileno())])

        socket.create_connection(("127.0.0.1", port)).close()
        with pytest.raises(CannotListen):
            bind("127.0.0.1", port)
