"""What all parts of a cluster are: a process on a leash with a log of its own, which is waited for and ends."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp import leash

START_SECONDS = 90.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.02


class CannotStart(Exception):
    """A part does not come up; the message is one line for a person."""


@dataclass
class Part(ABC):
    """One process; `ending` is the signal that ends it in good order, and `inherited` what it holds open of ours."""

    name: str
    log: Path
    inherited: tuple[int, ...] = ()
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the process and does not wait for it."""

    def run(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Starts it in a group of its own, so that Ctrl-C ends the parts in the cluster's order and not all at once."""
        with open(self.log, "ab") as log:
            self.process = leash.start(
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
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise CannotStart(f"{self.name} {'ended' if ended else 'is not ready'}; {self.log} says why.")
            time.sleep(LOOK_SECONDS)

    def ask_to_stop(self, number: int | None = None) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.ending if number is None else number)

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
