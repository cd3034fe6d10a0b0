"""HTTP under the real server: one thread and one kept connection a request, and none that holds up the end for ever."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psutil
import pytest

from tests.servers import Server, wait_for
from tests.stack.sockets import by_token, dial
from tests.traders import enlist

TRACE = """
from django.dispatch import receiver
from django.db.backends.signals import connection_created

@receiver(connection_created)
def count(**kwargs):
    with open("connections", "a") as opened:
        opened.write("one\\n")
"""


def daphne(server: Server) -> psutil.Process:
    assert server.process is not None
    [found] = [child for child in psutil.Process(server.process.pid).children() if "daphne" in child.cmdline()]
    return found


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that notes each database connection it opens."""
    server = Server(tmp_path_factory.mktemp("counted") / "served")
    with open(server.folder / "webapp" / "asgi.py", "a") as asgi:
        asgi.write(TRACE)
    try:
        yield server.start()
    finally:
        server.stop()


def test_requests_reuse_the_connections_of_their_threads_and_the_end_does_not_wait_for_ever(counted: Server) -> None:
    serving = daphne(counted)
    token = counted.token("alice")

    def ask(_: int) -> int:
        return counted.request("GET", "/api/orders/", Authorization=f"Token {token}")[0]

    with ThreadPoolExecutor(8) as clients:
        assert set(clients.map(ask, range(80))) == {200}
    opened = (counted.folder / "connections").read_text().splitlines()

    with ThreadPoolExecutor(4) as clients, socket.create_connection(("127.0.0.1", counted.port)) as unfinished:
        unfinished.sendall(b"POST /api/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        busy = [clients.submit(ask, number) for number in range(40)]
        wait_for(lambda: any(each.done() for each in busy), "requests under way")
        serving.terminate()
        serving.wait(15)
        counted.stop()

    assert len(opened) <= 24
    assert "Traceback" not in counted.log()


def test_a_body_beyond_the_limit_is_refused_and_not_kept_in_memory(server: Server) -> None:
    size = 64 * 1024 * 1024
    token = server.token("alice")
    server.request("POST", "/api/orders/", {}, "alice")
    before = daphne(server).memory_info().rss

    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as client:
        client.request("POST", "/api/orders/", b" " * size, headers)
        answer = client.getresponse()
        body = json.loads(answer.read())

    assert (answer.status, body["code"]) == (413, "message_too_big")
    assert daphne(server).memory_info().rss - before < size / 4


def test_metrics_count_the_sockets_of_the_process_that_answers(server: Server) -> None:
    [trader] = enlist(server, 1)

    def figure(name: str) -> int:
        text = server.request("GET", "/metrics")[1]
        return int(re.search(rf"^{name} (\d+)$", text, re.MULTILINE)[1])  # type: ignore[index]

    sockets, streams = figure("orders_sockets"), figure("orders_streams")
    with dial(server, by_token(trader)) as socket:
        socket.send(json.dumps({"type": "subscribe", "stream": "orders", "id": 1}))
        while json.loads(socket.recv(timeout=10))["type"] != "subscribed":
            pass
        assert figure("orders_sockets") == sockets + 1
        assert figure("orders_streams") == streams + 1

    wait_for(lambda: figure("orders_sockets") == sockets, "the socket's being counted as closed")
