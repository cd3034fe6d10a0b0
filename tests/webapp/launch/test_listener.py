"""The listening socket: taken at once, and open to nobody before a web process listens."""

from __future__ import annotations

import socket

import pytest

from webapp.launch.listener import CannotListen, bind


def test_nobody_is_let_in_before_there_is_somebody_to_answer() -> None:
    with bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

        bound.listen()

        socket.create_connection(("127.0.0.1", port)).close()
        with pytest.raises(CannotListen):
            bind("127.0.0.1", port)
