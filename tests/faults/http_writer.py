"""What all writers by HTTP share: a thread that keeps its pace on one connection, asks again, and keeps the answers."""

from __future__ import annotations

import http.client
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from email.message import Message
from itertools import count
from typing import Self

from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS
from tests.faults.site import Site

PAUSE_SECONDS = 0.05
# What a proxy or a server says that can't answer now: asked again, it costs nothing.
LATER = (0, 502, 503, 504)

_numbers = count(1)


class HttpWriter(threading.Thread, ABC):
    """Takes one step after another, at most `rate` a second, until it is left as a context manager.

    `answers` has (when it was asked, seconds, status) of each request; status 0 where there was no answer.
    """

    def __init__(self, site: Site, ledger: Ledger, rate: float, first: int = 0, port: int | None = None) -> None:
        super().__init__()
        self.answers: list[tuple[float, float, int]] = []
        self._ledger, self._rate = ledger, rate
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
        return any(asked > at and status in (200, 201, 302) for asked, _, status in self.answers[-20:])

    def run(self) -> None:
        number = 0
        while not self._over.is_set():
            began = time.monotonic()
            number += 1
            self._step(number)
            self._over.wait(max(0.0, began + 1 / self._rate - time.monotonic()))
        self._hang_up()

    @abstractmethod
    def _step(self, number: int) -> None:
        """Writes one thing and tells the ledger."""

    def _until_answered(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, Message, str]:
        """The first answer that is one, from whichever server gives it; status 0 where it is over before."""
        while True:
            status, head, text = self._ask(method, path, body, headers)
            if status not in LATER:
                return status, head, text
            if self._over.is_set():
                return 0, head, text
            self._turn += 1
            self._over.wait(PAUSE_SECONDS)

    def _ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, Message, str]:
        at, began = time.time(), time.monotonic()
        status, head, text = 0, Message(), ""
        try:
            if self._line is None:
                port = self._ports[self._turn % len(self._ports)]
                self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)
            self._line.request(method, path, body, headers)
            found = self._line.getresponse()
            text = found.read().decode()
            status, head = found.status, found.headers
        except (OSError, http.client.HTTPException):
            self._hang_up()
        self.answers.append((at, time.monotonic() - began, status))
        return status, head, text

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
