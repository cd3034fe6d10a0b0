"""Lets Daphne end without cutting anybody: it takes in whom the system has let in, answers all, and then goes.

By itself it drops every request under way when it is told to end, and its sockets without a word.
"""

from __future__ import annotations

import asyncio
import ctypes
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

# Requests that take longer are cut; webapp.launch.supervisor waits a little longer than this.
FINISH_SECONDS = 5.0
LOOK_SECONDS = 0.05
# So many looks in a row at which there is nothing to do: what is on its way in has come by then.
QUIET_LOOKS = 2

SO_ATTACH_FILTER = 26
# The system's own little language: drop a packet with the SYN flag in the TCP header's 14th byte, let others pass.
NO_NEWCOMERS = ((0x30, 0, 0, 13), (0x45, 0, 1, 2), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def turn_newcomers_away(listening: socket.socket) -> None:
    """Lets the system establish no more connections; those that wait for being accepted stay.

    When a listening socket is closed, whoever waits in its queue is cut, having been told that he is connected. So the
    queue is emptied first, with nobody joining it. A newcomer's packet is dropped, which he repeats a second later, or
    asks another server: nothing of his is lost. Does nothing but on Linux.
    """
    if sys.platform == "linux":
        steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in NO_NEWCOMERS))
        program = struct.pack("HL", len(NO_NEWCOMERS), ctypes.addressof(steps))
        listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def finish_requests() -> None:
    """Replaces what Daphne does first when it ends. Does nothing under another server."""
    try:
        from daphne.server import Server
        from twisted.internet.defer import Deferred
    except ImportError:
        return

    def part(self: Any) -> Any:
        return Deferred.fromFuture(asyncio.ensure_future(_part(self)))

    Server.kill_all_applications = part


async def _part(server: Any) -> None:
    from twisted.internet import tcp

    from orders.socket.quotes import close_quote_hub
    from orders.socket.registry import get_sessions

    deadline = time.monotonic() + FINISH_SECONDS
    ports: list[Any] = [reader for reader in _reactor().getReaders() if isinstance(reader, tcp.Port)]
    await _until_quiet(lambda: bool(select.select(ports, [], [], 0)[0]), deadline)
    for port in ports:
        port.stopListening()
    # Not earlier: whoever is told to come back while this process still takes newcomers in may come back to it.
    await get_sessions().farewell()
    await _until_quiet(lambda: _answering(server), deadline)
    await get_sessions().all_gone()
    await close_quote_hub()
    running = [each["application_instance"] for each in server.connections.values() if "application_instance" in each]
    for application in running:
        application.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _until_quiet(busy: Callable[[], bool], deadline: float) -> None:
    quiet = 0
    while quiet < QUIET_LOOKS and time.monotonic() < deadline:
        quiet = 0 if busy() else quiet + 1
        await asyncio.sleep(LOOK_SECONDS)


def _answering(server: Any) -> bool:
    """Whether a request or a socket's handshake is under way, from its first line to the last byte of its answer."""
    from daphne.http_protocol import WebRequest
    from daphne.ws_protocol import WebSocketProtocol

    for protocol, each in server.connections.items():
        is_asking = isinstance(protocol, WebRequest) or protocol.state == protocol.STATE_CONNECTING
        if is_asking and "disconnected" not in each:
            return True
    protocols = (getattr(writer, "protocol", None) for writer in _reactor().getWriters())
    return any(not isinstance(protocol, WebSocketProtocol) for protocol in protocols)


def _reactor() -> Any:
    from twisted.internet import reactor

    return reactor
