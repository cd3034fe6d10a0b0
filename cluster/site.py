"""The whole site: its parts, their order of start and stop, and a shutdown that leaves no process behind."""

from __future__ import annotations

import fcntl
import os
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from cluster.debian import Programs
from cluster.nginx import Nginx
from cluster.parts import CannotStart, HeldPort, Part
from cluster.postgresql import PostgreSQL
from cluster.redis import Redis
from cluster.servers import Server
from webapp.launch import supervisor

FOLDER = ".cluster"
DATABASE = "orders"
# Database connections of a server process: its requests' threads, its sockets' threads, and some room for commands and
# queries by hand.
CONNECTIONS_A_PROCESS = 28
CONNECTIONS_BESIDE = 40
# Processes that were killed a moment ago may still be ending: a database first writes what it has in memory.
ENDING_SECONDS = 30.0


class Cluster:
    """PostgreSQL, Redis, servers and nginx. As a context manager it runs inside, and no process of it afterwards.

    Use it from the main thread (webapp.launch.child). `environment` is that of the servers, except for DATABASE_URL and
    REDIS_URL.
    """

    def __init__(
        self,
        project: Path,
        programs: Programs,
        environment: dict[str, str],
        *,
        servers: int = 2,
        host: str = "127.0.0.1",
        port: int = 8000,
        site: str = "127.0.0.1",
    ) -> None:
        """`project` is the folder of manage.py, `site` a host name that the site answers to.

        If `port` is 0, the system picks one when the cluster starts.
        """
        self.folder = project / FOLDER
        self.logs = self.folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        processes = servers * int(environment.get("WEB_CONCURRENCY") or 1)
        most = str(CONNECTIONS_BESIDE + processes * CONNECTIONS_A_PROCESS)
        self.site = site
        self.database = PostgreSQL(
            self.folder / "postgresql", programs.postgresql, self._log("postgresql"), max_connections=most
        )
        self.redis = Redis(self.folder, programs.redis, self._log("redis"))
        self.shared = {"DATABASE_URL": self.database.address(DATABASE), "REDIS_URL": self.redis.url}
        if secret := environment.get("SECRET_KEY"):
            self.shared["SECRET_KEY"] = secret  # signs a command's events, so that servers accept them at once
        self.nginx = Nginx(
            self.folder / "nginx", programs.nginx, self._log("nginx"), host, port, project / "staticfiles"
        )
        behind_nginx = environment | self.shared | {"PROXY_HEADERS": "on"}
        self.servers = [
            Server(f"server-{number}", project, self._log(f"server-{number}"), behind_nginx, site)
            for number in range(1, servers + 1)
        ]
        self._held: HeldPort | None = None
        self._locks: list[IO[str]] = []

    @property
    def url(self) -> str:
        return f"http://{self.nginx.address}"

    @property
    def parts(self) -> list[Part]:
        """The parts, in the order in which they start."""
        return [self.database, self.redis, *self.servers, self.nginx]

    def __enter__(self) -> Cluster:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start all parts, and return once the site answers. Raises CannotStart, CannotListen or NotPrivateError."""
        self._take_locks()
        self._held = HeldPort(self.nginx.host, self.nginx.port)
        self.nginx.port = self._held.number
        for part in self.parts:
            part.log_file.write_bytes(b"")
        self.redis.start()
        self.database.create("--locale=C.UTF-8")
        self.database.start()
        self.database.make_database(DATABASE)
        for server in self.servers:
            server.launch()
        self.nginx.configure([server.port for server in self.servers])
        self.nginx.launch()
        for server in self.servers:
            server.wait(server.is_ready)
        self.nginx.wait(lambda: supervisor.is_ready(self.nginx.host, self.nginx.port, self.site))

    def watch(self, say: Callable[[str], None]) -> None:
        """Supervise the parts: restart any that ends, with back-off if it ends at once; does not return."""
        kept = []
        for part in self.parts:
            assert part.process is not None
            kept.append(supervisor.Supervised(part.name, part.launch, part.process, say))
        while True:
            for each in kept:
                each.look()
            time.sleep(supervisor.POLL_SECONDS)

    def stop(self) -> None:
        """Stop the servers first, for a graceful shutdown of their clients' connections; then all that they need."""
        for server in self.servers:
            server.ask_to_stop()
        for part in (*self.servers, self.nginx, self.redis, self.database):
            part.stop()
        for lock in self._locks:
            lock.close()
        if self._held is not None:
            self._held.release()

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _take_locks(self) -> None:
        """Take two file locks: one is this process' alone; the parts inherit the other, until the last of them ends."""
        if not self._locked("lock"):
            raise CannotStart("The cluster already runs from this folder.")
        deadline = time.monotonic() + ENDING_SECONDS
        while not self._locked("parts.lock"):
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"A process of a killed cluster is still running; `fuser {self.folder}/parts.lock` shows which."
                )
            time.sleep(supervisor.POLL_SECONDS)
        for part in self.parts:
            part.inherited = (self._locks[-1].fileno(),)

    def _locked(self, name: str) -> bool:
        """Try to take the lock; return whether it was free. The kernel releases it when its last holder ends."""
        opened = open(self.folder / name, "w")  # noqa: SIM115 held until stop
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            opened.close()
            return False
        self._locks.append(opened)
        return True

    def write_environment(self) -> Path:
        """Write the variables by which `manage.py` in another terminal reaches this database and Redis to a file."""
        file = self.folder / "environment"
        lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in self.shared.items())
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(lines)
        return file
