"""A server's listening socket: bound first of all, but listening only once the server can answer.

Until then connections are refused, so a proxy tries the next server instead of waiting for this one to start.
"""

from __future__ import annotations

import socket

from market.support.reasons import reason

BACKLOG = 2048


class CannotListen(Exception):
    """The address is in use, or does not exist."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket that child processes inherit; it does not listen yet. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY, which sends small writes at once.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise CannotListen(reason(error)) from error
    bound.set_inheritable(True)
    return bound
