"""Those who write while something breaks: by REST in threads, by the ORM in a process of its own."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, Self

from tests.faults.http_writer import HttpWriter
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS
from tests.faults.site import Site
from tests.servers import ROOT, START_PATIENCE, Server, wait_for
from tests.traders import Trader, new_order


class RestWriter(HttpWriter):
    """Places an order and amends it twice, over and over, and repeats what got no answer."""

    def __init__(
        self, site: Site, trader: Trader, ledger: Ledger, rate: float = 20, first: int = 0, port: int | None = None
    ) -> None:
        super().__init__(site, ledger, rate, first, port)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Token {trader.token}"}
        self._order: dict[str, Any] | None = None

    def _step(self, number: int) -> None:
        if self._order is None or number % 3 == 1:
            self._order = self._place(f"{self._mark}-{number}")
        else:
            self._order = self._amend(self._order, f"{self._mark} amends {number}")

    def _place(self, mark: str) -> dict[str, Any] | None:
        return self._submit("POST", "/api/orders/", new_order(client_order_id=mark), mark)

    def _amend(self, order: dict[str, Any], text: str) -> dict[str, Any] | None:
        body = {"expected_version": order["version"], "text": text}
        return self._submit("PATCH", f"/api/orders/{order['id']}/", body, text)

    def _submit(self, method: str, path: str, body: Any, mark: str) -> dict[str, Any] | None:
        """The order as acknowledged; None where it was refused, which is a failure, or is over."""
        status, _, text = self._until_answered(method, path, json.dumps(body), self._headers)
        if status in (200, 201):
            order: dict[str, Any] = json.loads(text)
            self._ledger.acknowledge(order, self.answers[-1][1])
            return order
        if status == 409 and (current := json.loads(text)["current"])["text"] == mark:
            return dict(current)  # it had been done, only the answer was lost
        if status:
            self._ledger.fail(f"{method} {path}: {status} {text[:200]}")
        return None


class TableReader(HttpWriter):
    """Writes nothing: reads a page of the person's orders, over and over."""

    def __init__(self, site: Site, trader: Trader, ledger: Ledger, rate: float = 20, port: int | None = None) -> None:
        super().__init__(site, ledger, rate, port=port)
        self._headers = {"Authorization": f"Token {trader.token}"}

    def _step(self, number: int) -> None:
        self._until_answered("GET", "/api/orders/?format=datatables&length=50", "", self._headers)


def end_of(process: subprocess.Popen[str]) -> None:
    """Gives it time to end by itself."""
    try:
        process.wait(HANG_SECONDS)
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
            wait_for(lambda: self._begun.is_set() or self.process.poll() is not None, "its first save", START_PATIENCE)
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

    def until_written(self, more: int) -> list[float]:
        """Waits for so many more transactions, as long as one follows on another; how long each took."""
        start = len(self.timings)
        while (known := len(self.timings)) < start + more:
            wait_for(lambda known=known: len(self.timings) > known, "another transaction", HANG_SECONDS)
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
