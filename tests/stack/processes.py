"""The processes behind a served site: which one serves a connection, and who its broker is."""

from __future__ import annotations

from urllib.parse import urlsplit

import psutil

from tests.servers import Server, wait_for


def family(server: Server) -> list[psutil.Process]:
    assert server.process is not None
    return psutil.Process(server.process.pid).children(recursive=True)


def web(server: Server) -> list[psutil.Process]:
    return named(server, "webapp.server")


def named(server: Server, word: str) -> list[psutil.Process]:
    """Those whose command has the word."""
    return [child for child in family(server) if word in _command(child)]


def broker(server: Server) -> psutil.Process:
    """The Redis that the server starts for itself, or the one of its REDIS_URL, which is then this process' child."""
    [found] = brokers(server)
    return found


def brokers(server: Server) -> list[psutil.Process]:
    """As above, and nothing while there is none."""
    url = server.environment.get("REDIS_URL")
    if url is None:
        return named(server, "valkey")
    parts = urlsplit(url)
    # It shows where it listens in place of its command.
    where = f":{parts.port or parts.path}"
    return [child for child in psutil.Process().children() if where in _command(child)]


def serving(server: Server, local_port: int) -> psutil.Process:
    """The web process that has accepted the connection from this local port."""
    found = wait_for(lambda: _accepted(server, local_port), "a process serving the connection")
    assert isinstance(found, psutil.Process)
    return found


def serves(process: psutil.Process, local_port: int) -> bool:
    """Whether it holds the connection from this local port."""
    return any(there.raddr and there.raddr.port == local_port for there in process.net_connections("tcp"))


def _accepted(server: Server, local_port: int) -> psutil.Process | None:
    return next((process for process in web(server) if serves(process, local_port)), None)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""  # it has just ended
