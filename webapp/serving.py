"""The processes behind `manage.py serve`: one listening socket, handed to every Daphne; a dead one is started again."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from webapp.broker import ends_with_parent

BACKLOG = 2048
# Daphne has one limit for messages of both directions, and ours to a client are larger than a client's to us; whatever
# a client sends in several frames beyond its limit is refused by the consumer.
FRAME_BYTES = 64 * 1024
MESSAGE_BYTES = 256 * 1024
STOP_SECONDS = 8.0
STABLE_SECONDS = 10.0
LONGEST_PAUSE = 5.0
READY_SECONDS = 30.0


class PortTaken(Exception):
    """Somebody listens there already."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that children inherit. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTaken(error.strerror or str(error)) from error
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


@dataclass
class Worker:
    """One Daphne; `failures` in a row make the pause before the next start longer."""

    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    again_at: float | None = None


@dataclass
class Workers:
    """Keeps `count` servers running on the socket until told to stop. Use it from the main thread."""

    listening: socket.socket
    count: int
    folder: Path
    say: Callable[[str], None]
    stopping: bool = False
    _workers: list[Worker] = field(default_factory=list)

    def start(self) -> None:
        self._workers = [Worker(self._daphne(), time.monotonic()) for _ in range(self.count)]

    def watch(self) -> None:
        """Until `stopping`: starts again whoever died, later each time if it dies at once."""
        while not self.stopping:
            for worker in self._workers:
                self._look(worker)
            time.sleep(0.1)

    def stop(self) -> None:
        """Asks all to end, and ends those that do not."""
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            try:
                worker.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()

    def _look(self, worker: Worker) -> None:
        now = time.monotonic()
        if worker.again_at is not None:
            if now >= worker.again_at:
                worker.process, worker.started, worker.again_at = self._daphne(), now, None
        elif worker.process.poll() is not None:
            worker.failures = 0 if now - worker.started > STABLE_SECONDS else worker.failures + 1
            pause = min(LONGEST_PAUSE, 0.1 * 2**worker.failures) if worker.failures else 0.0
            worker.again_at = now + pause
            self.say(f"A server process ended ({worker.process.returncode}); starting another.")

    def _daphne(self) -> subprocess.Popen[bytes]:
        number = self.listening.fileno()
        command = [sys.executable, "-m", "daphne", "--fd", str(number), "--verbosity", "0", "--no-server-name"]
        command += [
            "--websocket-max-message-size",
            str(MESSAGE_BYTES),
            "--websocket-max-frame-size",
            str(FRAME_BYTES),
        ]
        command += ["--ping-interval", "20", "--ping-timeout", "30", "webapp.asgi:application"]
        return subprocess.Popen(
            command, cwd=self.folder, pass_fds=[number], stdin=subprocess.DEVNULL, preexec_fn=ends_with_parent
        )


def is_ready(host: str, port: int) -> bool:
    client = HTTPConnection(host, port, timeout=2)
    try:
        client.request("GET", "/health/ready", headers={"Host": "127.0.0.1"})
        return client.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        client.close()
