"""The listening socket of a server: taken before anything else is done, and opened when there is somebody to answer.

Until then a newcomer is refused, and a proxy asks the next server instead of waiting for this one to come up.
"""

from __future__ import annotations

import socket

from market.support.reasons import reason

BACKLOG = 2048


class CannotListen(Exception):
    """Somebody listens there already, or there is no such address."""


def bind(host: str, port: int) -> socket.socket:
    """A socket with this address that children inherit; it does not listen yet. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio has small writes leave at once where the protocol is named.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise CannotListen(reason(error)) from error
    bound.set_inheritable(True)
    return bound
