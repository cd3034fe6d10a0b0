"""Writers that die, one after another, right after their commit: `python -m tests.faults.doomed_writer USER NUMBER`.

Each is a process of its own, forked, that saves one order and is killed by its own mishap before it could announce it.
A line a death: when it happened, in unix seconds.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402 the apps must be loaded first
from django.db import connections  # noqa: E402

from tests.faults.orm_writer import new  # noqa: E402
from tests.faults.sabotage.mishaps import DOOMED  # noqa: E402


def main(name: str, number: int) -> None:
    user = User.objects.get(username=name)
    connections.close_all()
    for _ in range(number):
        child = os.fork()
        if child == 0:
            new(user, DOOMED).save()
            os._exit(0)  # survived: the mishap did not happen
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the writer was to be killed"
        assert os.WTERMSIG(status) == signal.SIGKILL
        print(time.time(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
