"""Starts commands that end when this process does, however that happens: Ctrl-C, a crash, `kill -9`.

Linux sees to it by itself. Elsewhere this file runs as a small guardian between the two and looks for its grandparent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from functools import partial
from typing import Any

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.2


def start(command: list[str], *, ending: signal.Signals = signal.SIGTERM, **options: Any) -> subprocess.Popen[bytes]:
    """As Popen; `ending` is the signal that ends it in good order.

    Use it from the main thread: Linux ends a child with the thread that made it.
    """
    parent = os.getpid()
    if sys.platform == "linux":
        return subprocess.Popen(command, preexec_fn=partial(_follow, ctypes.CDLL(None), parent, ending), **options)
    return subprocess.Popen([sys.executable, "-P", __file__, str(parent), str(int(ending)), *command], **options)


def _follow(libc: ctypes.CDLL, parent: int, ending: signal.Signals) -> None:
    """In the child between fork and exec: the kernel ends it with its parent, who may be gone already."""
    libc.prctl(PR_SET_PDEATHSIG, ending)
    if os.getppid() != parent:
        os._exit(1)


def guard(parent: int, ending: int, command: list[str]) -> int:
    """Runs the command until it ends, or the parent has; its exit code."""
    child = subprocess.Popen(command, close_fds=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, to all at once
    for number in (signal.SIGTERM, ending):
        signal.signal(number, lambda number, frame: child.send_signal(ending))
    while True:
        try:
            return child.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if os.getppid() != parent:
                child.send_signal(ending)


if __name__ == "__main__":
    raise SystemExit(guard(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
