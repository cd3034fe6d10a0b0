"""What all parts of a cluster are: a process on a leash with a log of its own, which is waited for and ends."""

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
    """A part does not come up; the message is one line for a person."""


class HeldPort:
    """A port of this machine that is ours as long as this object lives, whether a part listens on it or not.

    It is bound here and never listened on. Linux lets our parts bind it as well, since all of them set SO_REUSEADDR,
    and hands it to no one who asks for any port, nor to an outgoing connection: a part may stop and start again, and
    finds its port free. Elsewhere it is only a port that was free a moment ago.
    """

    def __init__(self, host: str = "127.0.0.1", number: int = 0) -> None:
        """This very port, or one that the system picks. Raises CannotListen."""
        held = bind(host, number)
        held.set_inheritable(False)
        self.number: int = held.getsockname()[1]
        self.release = weakref.finalize(self, held.close)
        if sys.platform != "linux":
            self.release()


@dataclass(eq=False)
class Part(ABC):
    """One process; `ending` is the signal that ends it in good order, and `inherited` what it holds open of ours."""

    name: str
    log_file: Path
    inherited: tuple[int, ...] = ()
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the process and does not wait for it."""

    @abstractmethod
    def start(self) -> None:
        """Returns when it can be used. Raises CannotStart."""

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def run(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Starts it in a group of its own, so that Ctrl-C ends the parts in the cluster's order and not all at once."""
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
        """Returns when it is ready. Raises CannotStart when it has ended, or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                how = "is not ready" if self.is_running else "ended"
                raise CannotStart(f"{self.name} {how}; {self.log_file} says why.")
            time.sleep(LOOK_SECONDS)

    def send(self, number: int) -> None:
        """Does nothing where it does not run."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def ask_to_stop(self, number: int | None = None) -> None:
        self.send(self.ending if number is None else number)

    def stop(self, number: int | None = None) -> None:
        """Returns when it has ended, in good order unless another signal is given."""
        if self.process is None:
            return
        self.ask_to_stop(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """As a crash ends it, or `kill -9`."""
        self.stop(signal.SIGKILL)

    def pause(self) -> None:
        """It keeps its connections and answers nothing, as a machine that hangs."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)
