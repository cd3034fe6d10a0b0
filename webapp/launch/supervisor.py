"""Process supervisor of `manage.py serve`: all web processes share one socket; dead processes are restarted."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from market.support.reasons import reason
from webapp.launch import child
from webapp.launch.embedded_redis import EmbeddedRedis, EmbeddedRedisError

STOP_SECONDS = 8.0
STABLE_SECONDS = 10.0
LONGEST_PAUSE = 5.0
POLL_SECONDS = 0.05
READY_SECONDS = 30.0


@dataclass
class Supervised:
    """A supervised process; `failures` in a row increase the back-off before the next start."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]
    say: Callable[[str], None]
    on_end: Callable[[int], None] = lambda pid: None
    started: float = field(default_factory=time.monotonic)
    failures: int = 0
    again_at: float | None = None

    def look(self) -> None:
        """Detect the end of the process, and restart it after the back-off."""
        now = time.monotonic()
        if self.again_at is None:
            if self.process.poll() is not None:
                self.on_end(self.process.pid)
                self._failed(now, f"ended ({self.process.returncode})")
        elif now >= self.again_at:
            try:
                self.process, self.started, self.again_at = self.start(), now, None
            except (OSError, EmbeddedRedisError) as error:
                self._failed(now, f"did not start ({reason(error)})")

    def _failed(self, now: float, how: str) -> None:
        self.failures = 0 if now - self.started > STABLE_SECONDS else self.failures + 1
        self.again_at = now + (min(LONGEST_PAUSE, 0.1 * 2**self.failures) if self.failures else 0.0)
        self.say(f"A {self.name} process {how}; starting another.")


@dataclass
class Workers:
    """Keeps `count` servers and Redis running. Use it from the main thread: children end with their thread."""

    listening: socket.socket
    count: int
    folder: Path
    broker: EmbeddedRedis | None
    say: Callable[[str], None]
    behind_proxy: bool = False
    # Commands of manage.py that run next to the servers.
    beside: Sequence[str] = ()
    _servers: list[Supervised] = field(default_factory=list)
    _broker: list[Supervised] = field(default_factory=list)
    _beside: list[Supervised] = field(default_factory=list)

    def start(self) -> None:
        """Start the servers and commands; Redis is running already."""
        self._servers = [Supervised("server", self._web, self._web(), self.say, _forget) for _ in range(self.count)]
        starts = {name: partial(self._command, name) for name in self.beside}
        self._beside = [Supervised(name, start, start(), self.say) for name, start in starts.items()]
        if self.broker is not None and self.broker.process is not None:
            self._broker = [Supervised("Redis", self.broker.launch, self.broker.process, self.say)]

    def watch(self, until: Callable[[], bool]) -> None:
        """Restart dead processes, with back-off if they die at once, until `until` returns true."""
        while not until():
            for kept in (*self._servers, *self._beside, *self._broker):
                kept.look()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask all processes to end, and kill those that don't; Redis is stopped by its owner."""
        processes = [kept.process for kept in (*self._servers, *self._beside)]
        self.listening.close()
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, name: str) -> subprocess.Popen[bytes]:
        return child.start([sys.executable, "manage.py", name], cwd=self.folder, stdin=subprocess.DEVNULL)

    def _web(self) -> subprocess.Popen[bytes]:
        number = self.listening.fileno()
        command = [sys.executable, "-m", "webapp.server", "--fd", str(number)]
        if self.behind_proxy:
            command.append("--proxy-headers")
        return child.start(command, cwd=self.folder, pass_fds=[number], stdin=subprocess.DEVNULL)


def _forget(pid: int) -> None:
    """Take what this web process held open out of the metrics."""
    from prometheus_client import multiprocess  # the supervisor itself has no metrics

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def sign_ins(people: Sequence[str]) -> str:
    """The line that names the demo users and the file with their passwords."""
    if not people:
        return "No demo users are created; ./create_superuser.sh creates an administrator. Ctrl-C stops."
    names = ", ".join(people[:-1]) + f" or {people[-1]}"
    return f"Sign in as {names}; the passwords are in .demo-passwords. Ctrl-C stops."


def is_ready(host: str, port: int, name: str) -> bool:
    """Whether /health/ready answers 200 to a request for the site of this name."""
    client = HTTPConnection(host, port, timeout=2)
    try:
        client.request("GET", "/health/ready", headers={"Host": name})
        return client.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        client.close()
