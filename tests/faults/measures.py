"""What a fault costs the others: memory of a server, and how long a neighbour waits for an answer meanwhile."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from websockets.sync.client import ClientConnection

from tests.servers import Server
from tests.stack import processes
from tests.stack.sockets import by_token, dial
from tests.traders import Trader

MEGABYTE = 1_000_000
GAP_SECONDS = 0.004

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


def slowed(server: Server, neighbour: Trader, attack: Attack, rounds: int, asks: int) -> tuple[float, float]:
    """The p99 of a neighbour's pings in quiet rounds and in those under attack: the medians, in milliseconds.

    Quiet and attacked rounds take turns, so that whatever else the machine does hits both.
    """
    quiet, attacked = [], []
    with dial(server, by_token(neighbour)) as line, _quick_turns():
        for _ in range(rounds):
            quiet.append(_p99(line, asks))
            with meanwhile(attack):
                attacked.append(_p99(line, asks))
    return median(quiet), median(attacked)


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
    while json.loads(line.recv(timeout=30))["type"] != "pong":
        pass
    return (time.perf_counter() - began) * 1000
