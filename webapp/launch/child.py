"""Child processes that end when this process does, however it ends: Ctrl-C, a crash, `kill -9`.

On Linux the kernel ends them. Elsewhere this file runs as a small guardian process in between and polls for its parent.
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
    """Start a child process as Popen does; `ending` is the signal that shuts it down gracefully.

    Call it from the main thread: Linux ends a child together with the thread that created it.
    """
    parent = os.getpid()
    if sys.platform == "linux":
        return subprocess.Popen(command, preexec_fn=partial(_follow, ctypes.CDLL(None), parent, ending), **options)
    return subprocess.Popen([sys.executable, "-P", __file__, str(parent), str(int(ending)), *command], **options)


def _follow(libc: ctypes.CDLL, parent: int, ending: signal.Signals) -> None:
    """In the child between fork and exec: have the kernel end it with its parent, which may have ended already."""
    libc.prctl(PR_SET_PDEATHSIG, ending)
    if os.getppid() != parent:
        os._exit(1)


def guard(parent: int, ending: int, command: list[str]) -> int:
    """Run the command until it or the parent ends; return its exit code."""
    child = subprocess.Popen(command, close_fds=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all processes at once
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
