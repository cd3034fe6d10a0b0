"""The proxy breaks connections as it says it does, and heals them."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.proxy import Proxy
from tests.servers import wait_for

PATIENCE = 60.0


class Echo:
    """Sends back what comes; `ended` tells how each connection has ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection: socket.socket) -> None:
        with connection:
            try:
                while chunk := connection.recv(4096):
                    connection.sendall(chunk)
                self.ended.append("closed")
            except ConnectionResetError:
                self.ended.append("reset")


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as between:
        yield between


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as connection:
        assert said(connection, b"hello") > 0
        yield connection


def said(connection: socket.socket, text: bytes) -> float:
    """How long it takes until the text is back."""
    began = time.monotonic()
    connection.sendall(text)
    heard(connection, text)
    return time.monotonic() - began


def heard(connection: socket.socket, text: bytes) -> None:
    back = b""
    while len(back) < len(text):
        chunk = connection.recv(65536)
        assert chunk, "the connection ended"
        back += chunk
    assert back == text


def is_silent(echo: Echo, *connections: socket.socket) -> bool:
    """Whether nothing has come, and no end either, after somebody else was answered many times without the proxy."""
    with socket.create_connection(("127.0.0.1", echo.port), timeout=PATIENCE) as direct:
        for _ in range(100):
            said(direct, b"and you?")
    return not select.select(connections, [], [], 0)[0]


def test_bytes_pass_unharmed(client: socket.socket) -> None:
    said(client, bytes(range(256)) * 2000)


def test_a_black_hole_swallows_everything_until_it_heals(proxy: Proxy, client: socket.socket, echo: Echo) -> None:
    proxy.blackhole()
    client.sendall(b"held")
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as late:
        late.sendall(b"held too")
        assert is_silent(echo, client, late)

        proxy.forward()

        heard(client, b"held")
        heard(late, b"held too")
    assert proxy.accepted == 2
    wait_for(lambda: proxy.connections == 1, "the end of the second connection", PATIENCE)


def test_a_delay_is_felt_both_ways(proxy: Proxy, client: socket.socket) -> None:
    proxy.delay(0.2, jitter=0.05)
    assert said(client, b"late") > 0.28

    proxy.delay(3600)
    proxy.forward()

    said(client, b"without that delay")


def test_a_throttled_line_passes_so_many_bytes_a_second(proxy: Proxy, client: socket.socket) -> None:
    proxy.throttle(10_000)
    assert said(client, b"." * 5000) > 0.4


def test_dropped_connections_end_in_order_and_new_ones_work(proxy: Proxy, client: socket.socket, echo: Echo) -> None:
    proxy.drop()

    assert client.recv(1) == b""
    wait_for(lambda: echo.ended == ["closed"], "the end on the server's side", PATIENCE)
    assert proxy.connections == 0
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as late:
        said(late, b"again")


def test_reset_connections_end_with_an_error_on_both_sides(proxy: Proxy, client: socket.socket, echo: Echo) -> None:
    proxy.reset()

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    wait_for(lambda: echo.ended == ["reset"], "the reset on the server's side", PATIENCE)


def test_a_half_open_connection_is_over_for_the_server_alone(proxy: Proxy, client: socket.socket, echo: Echo) -> None:
    proxy.half_open("client")

    wait_for(lambda: echo.ended == ["closed"], "the end on the server's side", PATIENCE)
    client.sendall(b"anybody?")
    assert is_silent(echo, client)


def test_a_half_open_connection_is_over_for_the_client_alone(proxy: Proxy, client: socket.socket, echo: Echo) -> None:
    proxy.half_open("server")

    assert client.recv(1) == b""
    assert echo.ended == []
