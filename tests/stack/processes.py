"""The processes behind a served site: which one serves a connection, and who its broker is."""

from __future__ import annotations

import psutil

from tests.servers import Server, wait_for


def family(server: Server) -> list[psutil.Process]:
    assert server.process is not None
    return psutil.Process(server.process.pid).children(recursive=True)


def web(server: Server) -> list[psutil.Process]:
    return [child for child in family(server) if "daphne" in _command(child)]


def broker(server: Server) -> psutil.Process:
    """The embedded one, or the one that listens on the port of REDIS_URL."""
    url = server.environment.get("REDIS_URL")
    if url is None:
        [found] = [child for child in family(server) if "valkey" in _command(child)]
        return found
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    [found] = [child for child in psutil.Process().children() if _listens(child, port)]
    return found


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


def _listens(process: psutil.Process, port: int) -> bool:
    return any(here.laddr.port == port for here in process.net_connections("tcp") if here.status == psutil.CONN_LISTEN)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""  # it has just ended
