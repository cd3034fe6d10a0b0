"""Helper processes of a benchmark: a line of JSON is a request, another its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from benchmarks.served import ROOT


class Helper:
    """A running `python -m benchmarks.NAME`; `tell` sends a request, `answer` waits for the oldest answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def tell(self, do: str, **about: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do} | about) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args} ended with {self.process.wait()}.")
        return json.loads(line)

    def ask(self, do: str, **about: Any) -> Any:
        self.tell(do, **about)
        return self.answer()


@contextmanager
def helper(name: str, environment: Mapping[str, str]) -> Iterator[Helper]:
    """The module as a child process, which ends when its input is closed."""
    child = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{name}"],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Helper(child)
    finally:
        assert child.stdin is not None
        with suppress(BrokenPipeError):
            child.stdin.close()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def serve(handlers: Mapping[str, Callable[..., Any]]) -> None:
    """Answer the requests on standard input until it is closed."""
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(handlers[asked.pop("do")](**asked)), flush=True)
