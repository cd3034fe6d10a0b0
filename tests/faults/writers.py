"""Those who write while something breaks: by REST in threads, by the ORM in a process of its own."""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Self

from tests.faults.ledger import Ledger
from tests.faults.site import Site
from tests.servers import ROOT, Server, wait_for
from tests.traders import Trader, new_order

PAUSE_SECONDS = 0.05
# What a proxy or a server says that can't answer now: asked again, it costs nothing.
LATER = (0, 502, 503, 504)

_numbers = count(1)


class RestWriter(threading.Thread):
    """Places and amends one order after another, at most `rate` a second, and repeats what got no answer.

    `answers` has (when it was asked, seconds, status) of each request; status 0 where there was no answer.
    """

    def __init__(
        self, site: Site, trader: Trader, ledger: Ledger, rate: float = 20, first: int = 0, port: int | None = None
    ) -> None:
        super().__init__(name=f"writer of {trader.name}")
        self.answers: list[tuple[float, float, int]] = []
        self._trader, self._ledger, self._rate = trader, ledger, rate
        self._ports, self._turn = ([port] if port else site.ports), first
        self._mark = f"writer-{next(_numbers)}"
        self._over = threading.Event()
        self._line: http.client.HTTPConnection | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self.join()

    @property
    def statuses(self) -> Counter[int]:
        return Counter(status for _, _, status in self.answers)

    def healthy_since(self, at: float) -> bool:
        """Whether something asked after this moment, in unix seconds, was done."""
        return any(asked > at and status in (200, 201) for asked, _, status in self.answers[-20:])

    def run(self) -> None:
        order: dict[str, Any] | None = None
        number = 0
        while not self._over.is_set():
            began = time.monotonic()
            number += 1
            if order is None or number % 3 == 1:
                order = self._place(f"{self._mark}-{number}")
            else:
                order = self._amend(order, f"{self._mark} amends {number}")
            self._over.wait(max(0.0, began + 1 / self._rate - time.monotonic()))
        self._hang_up()

    def _place(self, mark: str) -> dict[str, Any] | None:
        return self._until_answered("POST", "/api/orders/", new_order(client_order_id=mark), mark)

    def _amend(self, order: dict[str, Any], text: str) -> dict[str, Any] | None:
        body = {"expected_version": order["version"], "text": text}
        return self._until_answered("PATCH", f"/api/orders/{order['id']}/", body, text)

    def _until_answered(self, method: str, path: str, body: Any, mark: str) -> dict[str, Any] | None:
        """The order as acknowledged; None where it was refused, which is a failure."""
        while True:
            began = time.monotonic()
            status, answer = self._ask(method, path, body)
            if status in (200, 201):
                self._ledger.acknowledge(answer, time.monotonic() - began)
                return dict(answer)
            if status == 409 and answer["current"]["text"] == mark:
                return dict(answer["current"])  # it had been done, only the answer was lost
            if status not in LATER or self._over.is_set():
                if status not in LATER:
                    self._ledger.fail(f"{method} {path}: {status} {str(answer)[:200]}")
                return None
            self._turn += 1
            self._over.wait(PAUSE_SECONDS)

    def _ask(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Token {self._trader.token}"}
        at, began, status, answer = time.time(), time.monotonic(), 0, None
        try:
            if self._line is None:
                port = self._ports[self._turn % len(self._ports)]
                self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            self._line.request(method, path, json.dumps(body), headers)
            found = self._line.getresponse()
            text = found.read()
            status, answer = found.status, text.decode()
            with suppress(ValueError):
                answer = json.loads(text)
        except (OSError, http.client.HTTPException):
            self._hang_up()
            status = 0
        self.answers.append((at, time.monotonic() - began, status))
        return status, answer

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def end_of(process: subprocess.Popen[str]) -> None:
    """Gives it time to end by itself."""
    try:
        process.wait(60)
    finally:
        process.kill()


class OrmWriter:
    """`tests.faults.orm_writer` as a process of the site: saves, updates, bulk writes, deletions and rollbacks.

    `actions` narrows what it does: ["save"]. `excused` lets it fail, where the fault takes its database away.
    """

    def __init__(
        self,
        server: Server,
        traders: Sequence[Trader],
        ledger: Ledger,
        *,
        rate: float = 50,
        actions: Sequence[str] = (),
        excused: bool = False,
        **environment: str,
    ) -> None:
        task = {
            "users": [trader.name for trader in traders],
            "rate": rate,
            "actions": list(actions),
            "seed": random.randrange(1000),
        }
        self.errors = 0
        # When each transaction had ended, on the clock of time.monotonic(), and how many seconds it took.
        self.timings: list[tuple[float, float]] = []
        self._ledger, self._excused = ledger, excused
        self._command = [sys.executable, "-m", "tests.faults.orm_writer", json.dumps(task)]
        self._folder = server.folder
        self._environment = server.environment | {"PYTHONPATH": str(ROOT)} | environment
        self._begun = threading.Event()
        self._reader = threading.Thread(target=self._read, name="reader of the ORM's writer")

    def __enter__(self) -> Self:
        """Returns when it has written something."""
        self.process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader.start()
        try:
            wait_for(lambda: self._begun.is_set() or self.process.poll() is not None, "the ORM's writer writing")
            assert self._begun.is_set(), "the ORM's writer has ended"
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        end_of(self.process)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def until_written(self, more: int, seconds: float = 60) -> list[float]:
        """Waits for so many more transactions; how long each took."""
        start = len(self.timings)
        wait_for(lambda: len(self.timings) >= start + more, f"{more} transactions", seconds)
        return [took for _, took in self.timings[start:]]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            for order in said.get("done", []):
                self._ledger.acknowledge(order)
            if "seconds" in said:
                self.timings.append((time.monotonic(), said["seconds"]))
            if "rolled_back" in said:
                self._ledger.roll_back(said["rolled_back"])
            if "failed" in said:
                self.errors += 1
                if not self._excused:
                    self._ledger.fail(said["failed"])
            self._begun.set()
