"""HTTP under the real server: one thread and one kept connection a request, and none that holds up the end for ever."""

from __future__ import annotations

import http.client
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psutil
import pytest

from orders.api.json import SMALL_BYTES
from tests.periods import periods
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.stack.sockets import by_token, dial
from tests.traders import enlist, new_order


def test_requests_reuse_the_connections_of_their_threads(served: Server, web: psutil.Process) -> None:
    token = served.token("alice")
    connections = served.folder / "connections"
    before = len(connections.read_text().splitlines())

    def ask(_: int) -> int:
        return served.request("GET", "/api/orders/", Authorization=f"Token {token}")[0]

    with ThreadPoolExecutor(8) as clients:
        assert set(clients.map(ask, range(80))) == {200}

    assert len(connections.read_text().splitlines()) - before <= 24
    assert web.is_running()


def test_a_request_that_never_ends_does_not_keep_the_server_even_while_others_are_answered(
    served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in periods({"webapp.server.graceful.FINISH_SECONDS": 0.5}).items():
        monkeypatch.setitem(served.environment, name, value)
    served.stop()
    before = len(served.log())
    served.start()
    [web] = processes.web(served)
    token = served.token("alice")

    def ask(_: int) -> int:
        return served.request("GET", "/api/orders/", Authorization=f"Token {token}")[0]

    with ThreadPoolExecutor(4) as clients, socket.create_connection(("127.0.0.1", served.port)) as unfinished:
        unfinished.sendall(b"POST /api/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        wait_for(lambda: processes.serves(web, unfinished.getsockname()[1]), "the connection being taken in")
        busy = [clients.submit(ask, number) for number in range(40)]
        wait_for(lambda: any(each.done() for each in busy), "requests under way")
        served.stop()

    assert served.process is not None
    assert served.process.returncode == 0
    assert not psutil.pid_exists(web.pid)
    assert "Traceback" not in served.log()[before:]


def test_a_body_beyond_the_limit_is_refused_and_not_kept_in_memory(served: Server, web: psutil.Process) -> None:
    size = 24 * 1024 * 1024  # large ones are read at a bounded pace: it takes a while, and longer on a busy machine
    token = served.token("alice")
    served.request("POST", "/api/orders/", {}, "alice")
    before = web.memory_info().rss

    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)) as client:
        client.request("POST", "/api/orders/", b" " * size, headers)
        answer = client.getresponse()
        body = json.loads(answer.read())

    assert (answer.status, body["code"]) == (413, "message_too_big")
    assert web.memory_info().rss - before < size / 4


def test_metrics_count_sockets_and_streams(served: Server) -> None:
    [trader] = enlist(served, 1)

    def figure(name: str) -> int:
        text = served.request("GET", "/metrics")[1]
        return int(re.search(rf"^{name} (\d+)\.0$", text, re.MULTILINE)[1])  # type: ignore[index]

    sockets, streams = figure("orders_sockets"), figure("orders_streams")
    with dial(served, by_token(trader)) as socket:
        socket.send(json.dumps({"type": "subscribe", "stream": "orders", "id": 1}))
        while json.loads(socket.recv(timeout=60))["type"] != "subscribed":
            pass
        assert figure("orders_sockets") == sockets + 1
        assert figure("orders_streams") == streams + 1

    wait_for(lambda: figure("orders_sockets") == sockets, "the socket's being counted as closed")


def test_on_one_connection_chunked_bodies_count_and_nothing_follows_the_header_of_an_answer_to_head(
    served: Server,
) -> None:
    [trader] = enlist(served, 1)
    order = trader.place_many([new_order() for _ in range(400)])[0]  # a page of them is more than one message
    headers = {"Authorization": f"Token {trader.token}", "Content-Type": "application/json"}

    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)) as client:

        def ask(method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
            pieces = None if body is None else iter([body[:7], body[7:]])
            client.request(method, path, pieces, headers, encode_chunked=body is not None)
            answer = client.getresponse()
            return answer.status, answer.read()

        for path in ("/api/orders/export/", "/api/orders/?page_size=1000", "/api/schema/"):
            assert ask("HEAD", path) == (200, b"")
        line = client.sock
        assert json.loads(ask("GET", "/api/me/")[1])["user"] == trader.name
        assert ask("POST", f"/api/orders/{order['id']}/cancel/", b'{"expected_version":99}')[0] == 409
        assert ask("POST", "/api/orders/", json.dumps(new_order()).encode())[0] == 201
        assert ask("POST", f"/api/orders/{order['id']}/cancel/", b" " * 20_000)[0] == 413
        assert ask("POST", "/api/orders/", b" " * 5_000_000)[0] == 413
        many = json.dumps([new_order() for _ in range(100)], indent=8).encode()
        assert len(many) > SMALL_BYTES
        assert ask("POST", "/api/orders/", many)[0] == 201
        assert client.sock is line
