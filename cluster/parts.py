"""Base of all parts of a cluster: a child process that ends with its parent, with its own log file."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp.launch import child
from webapp.launch.listener import bind

START_SECONDS = 90.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.02


class CannotStart(Exception):
    """A part can't start; the message is one line for the user."""


class HeldPort:
    """A port of this machine, reserved as long as this object lives, whether a part listens on it or not.

    It is bound here and never listened on. Linux lets the parts bind it as well, since all of them set SO_REUSEADDR,
    and assigns it neither to a process that asks for any port nor to an outgoing connection: a part can stop and start
    again, and finds its port free. On other systems it is only a port that was free a moment ago.
    """

    def __init__(self, host: str = "127.0.0.1", number: int = 0) -> None:
        """Reserve this port, or with 0 one that the system picks. Raises CannotListen."""
        held = bind(host, number)
        held.set_inheritable(False)
        self.number: int = held.getsockname()[1]
        self.release = weakref.finalize(self, held.close)
        if sys.platform != "linux":
            self.release()


@dataclass(eq=False)
class Part(ABC):
    """One process; `ending` is the signal for its graceful shutdown, `inherited` the file descriptors passed to it."""

    name: str
    log_file: Path
    inherited: tuple[int, ...] = ()
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it."""

    @abstractmethod
    def start(self) -> None:
        """Start the process, and return once it can be used. Raises CannotStart."""

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def run(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start it in its own process group, so that Ctrl-C stops the parts in the cluster's order, not all at once."""
        with open(self.log_file, "ab") as log:
            self.process = child.start(
                command,
                ending=self.ending,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                pass_fds=self.inherited,
                **options,
            )
        return self.process

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until it is ready. Raises CannotStart if it has ended or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                how = "is not ready" if self.is_running else "ended"
                raise CannotStart(f"{self.name} {how}; see {self.log_file}.")
            time.sleep(LOOK_SECONDS)

    def send(self, number: int) -> None:
        """Send a signal to the process, if it is running."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def ask_to_stop(self, number: int | None = None) -> None:
        self.send(self.ending if number is None else number)

    def stop(self, number: int | None = None) -> None:
        """Stop it and wait until it has ended; a graceful shutdown unless another signal is given."""
        if self.process is None:
            return
        self.ask_to_stop(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """End it as a crash or `kill -9` would."""
        self.stop(signal.SIGKILL)

    def pause(self) -> None:
        """Suspend it: it keeps its connections and answers nothing, like a machine that hangs."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)
