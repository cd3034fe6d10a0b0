"""A server that is told to end answers all whom the system has let in."""

from __future__ import annotations

import http.client
import json
import re
import signal
from pathlib import Path

import psutil
import pytest

from tests.periods import periods
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.traders import new_order

# However busy the machine is: what is cut after a while is another test's.
UNHURRIED = periods({"webapp.server.graceful.FINISH_SECONDS": 60, "webapp.launch.supervisor.STOP_SECONDS": 80})


def has_pending(process: psutil.Process, number: int) -> bool:
    """Whether a signal waits for the process to go on."""
    masks = re.findall(r"(?:SigPnd|ShdPnd):\s+(\w+)", Path(f"/proc/{process.pid}/status").read_text())
    return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)


def test_all_who_were_let_in_before_the_order_to_end_are_answered(
    served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in UNHURRIED.items():
        monkeypatch.setitem(served.environment, name, value)
    served.stop()
    served.start()
    assert served.process is not None
    [web] = processes.web(served)
    body = json.dumps(new_order()).encode()
    half = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    half.putrequest("POST", "/api/orders/")
    half.putheader("Authorization", f"Token {served.token('alice')}")
    half.putheader("Content-Type", "application/json")
    half.putheader("Content-Length", str(len(body)))
    half.endheaders(body[:20])
    assert half.sock is not None
    port = half.sock.getsockname()[1]
    wait_for(lambda: processes.serves(web, port), "the connection being taken in")
    web.suspend()
    # Until it has really stopped, it takes a signal that comes later before the one that stops it.
    wait_for(lambda: web.status() == psutil.STATUS_STOPPED, "the process having stopped")
    waiting = [http.client.HTTPConnection("127.0.0.1", served.port, timeout=60) for _ in range(5)]
    for client in waiting:
        client.request("GET", "/health/live")

    served.process.send_signal(signal.SIGTERM)
    wait_for(lambda: has_pending(web, signal.SIGTERM), "the order to end")
    web.resume()
    assert [client.getresponse().status for client in waiting] == [200] * 5
    half.send(body[20:])

    answer = half.getresponse()
    assert answer.status == 201
    assert json.load(answer)["user"] == "alice"
    for client in (half, *waiting):
        client.close()
    assert served.process.wait() == 0
    assert not psutil.pid_exists(web.pid)
