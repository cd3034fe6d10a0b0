"""What a fault costs the others: memory of a server, and how long a neighbour waits for an answer meanwhile."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from websockets.sync.client import ClientConnection

from tests.faults.patience import HANG_SECONDS
from tests.faults.report import Row
from tests.servers import Server
from tests.stack import processes
from tests.stack.sockets import by_token, dial
from tests.traders import Trader

MEGABYTE = 1_000_000
GAP_SECONDS = 0.004
ASKS = 600
# A tenth more is the mark; what lies below so many milliseconds is the machine's noise, not a neighbour's delay.
NOISE_MS = 3.0

Attack = Callable[[threading.Event], None]


def memory(server: Server) -> float:
    """MB that its web processes hold together."""
    return float(sum(process.memory_info().rss for process in processes.web(server)) / MEGABYTE)


@contextmanager
def meanwhile(attack: Attack) -> Iterator[None]:
    """The attack goes on in a thread; it ends when the event it is given is set."""
    over = threading.Event()
    attacking = threading.Thread(target=attack, args=[over])
    attacking.start()
    try:
        yield
    finally:
        over.set()
        attacking.join()


class Delay(NamedTuple):
    """The p99 of a neighbour's pings in quiet rounds and in those under attack: medians, in milliseconds."""

    quiet: float
    attacked: float

    @property
    def limit(self) -> float:
        return 1.1 * self.quiet + NOISE_MS

    @property
    def is_noticed(self) -> bool:
        return self.attacked > self.limit

    def judge(self, row: Row) -> None:
        row.figure("a neighbour's p99, ms", self.attacked, f"<= 1.1 x {self.quiet:.2f} + {NOISE_MS:g}")
        row.within(self.attacked / 1000, self.limit / 1000)


def delay(
    server: Server, neighbour: Trader, attack: Attack, rounds: int, load: Attack | None = None, patience: int = 4
) -> Delay:
    """What the attack costs a neighbour; the load goes on all the time.

    Quiet and attacked rounds take turns, so that whatever else the machine does hits both, and where more than noise
    is found it is looked at `patience` times as long: what an attack does it does in every round.
    """
    quiet, attacked = [], []
    with dial(server, by_token(neighbour)) as line, _quick_turns(), meanwhile(load or _nothing):
        while True:
            for _ in range(rounds):
                quiet.append(_p99(line, ASKS))
                with meanwhile(attack):
                    attacked.append(_p99(line, ASKS))
            found = Delay(median(quiet), median(attacked))
            if not found.is_noticed or len(quiet) >= patience * rounds:
                return found


def _nothing(over: threading.Event) -> None:
    return None


@contextmanager
def _quick_turns() -> Iterator[None]:
    """The attacking thread hands over soon: the neighbour's time is the server's, not this process's."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _p99(line: ClientConnection, asks: int) -> float:
    waited = []
    for _ in range(asks):
        waited.append(_round_trip(line))
        time.sleep(GAP_SECONDS)
    return sorted(waited)[int(asks * 0.99)]


def _round_trip(line: ClientConnection) -> float:
    began = time.perf_counter()
    line.send('{"type":"ping","client_time":0}')
    while json.loads(line.recv(timeout=HANG_SECONDS))["type"] != "pong":
        pass
    return (time.perf_counter() - began) * 1000
