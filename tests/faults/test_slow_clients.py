"""Row 14: who does not read costs little memory, delays nobody, is closed, and is caught up when it reads again."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack

import pytest

from tests.faults.measures import delay, memory
from tests.faults.patience import ANSWER_SECONDS, HEARTBEAT_SECONDS, anywhere, sockets
from tests.faults.report import Row
from tests.faults.rude import TEXT, Line, frame
from tests.faults.sabotage import environment as without
from tests.faults.site import Site
from tests.servers import Server, wait_for
from tests.stack.sockets import Follower, by_token
from tests.traders import Trader, new_order

GROWTH_MB = 2.0
READERS = 6
BATCH = 250
BATCHES = 8
ROUNDS = 9
SAMPLES = 3
SLACK_SECONDS = 2  # the closing handshake takes one of them

FOLLOW = frame(b'{"type":"subscribe","stream":"orders","after":0}')
PING = frame(b'{"type":"ping","client_time":1}')


def unread(server: Server, trader: Trader) -> Line:
    """A socket that follows the trader's orders and never reads; its kernel's buffer is as small as can be."""
    line = Line(server.port, by_token(trader), receive=2048)
    line.send(FOLLOW)
    return line


def ask_on(line: Line) -> None:
    """Asks for the whole log and for pongs until the server has gone, and reads nothing of it."""
    while line.send(PING * 50 + FOLLOW):
        pass


class Crowd:
    """Clients that read all that the trader's orders make."""

    def __init__(self, server: Server, trader: Trader, readers: int = READERS) -> None:
        self._trader = trader
        self._followers = [Follower(server, by_token(trader), trader.name, port=server.port) for _ in range(readers)]
        self._stack = ExitStack()
        self.head = 0

    def __enter__(self) -> Crowd:
        for follower in self._followers:
            self._stack.enter_context(follower)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def feed(self, batches: int) -> None:
        """So many batches of orders, each read by everybody before the next."""
        for _ in range(batches):
            self._trader.place_many([new_order(text="x" * 200)] * BATCH)
            self.head += BATCH
            for follower in self._followers:
                follower.until(self.head)
                follower.events.clear()

    def memory(self, server: Server, batches: int) -> float:
        """MB the server keeps while the crowd is fed: the least of several looks, since taking a list in needs some."""
        looks = []
        for _ in range(SAMPLES):
            self.feed(batches)
            looks.append(memory(server))
        return min(looks)


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(14, "clients that never read: one idle, one that asks on and on, one that never answers")
def test_clients_that_do_not_read_cost_little_memory_and_are_closed(site: Site, row: Row) -> None:
    trader = site.trader()
    [server, *_] = site.servers
    with Crowd(server, trader) as crowd:
        crowd.memory(server, BATCHES)
        before = crowd.memory(server, BATCHES)
        idle, greedy, silent = (unread(server, trader) for _ in range(3))
        with idle, greedy, silent:
            opened = time.monotonic()
            closed: list[tuple[int | None, float]] = []
            threads = [
                threading.Thread(target=ask_on, args=[greedy]),
                threading.Thread(target=lambda: closed.append((silent.close_code(), time.monotonic() - opened))),
            ]
            for thread in threads:
                thread.start()

            grown = crowd.memory(server, BATCHES) - before
            limit = ANSWER_SECONDS + HEARTBEAT_SECONDS + SLACK_SECONDS
            left = max(1.0, opened + limit - time.monotonic())
            wait_for(lambda: sockets(server) == READERS, "the sockets' end", left)
            for thread in threads:
                thread.join()

    [(code, seconds)] = closed
    row.figure("memory grown for each, MB", grown / 3, f"<= {GROWTH_MB:g}")
    row.figure("closed", code, "4408")
    row.figure("after, s", seconds, f"<= {limit}")
    assert code == 4408
    row.at_most(grown / 3, GROWTH_MB)
    assert ANSWER_SECONDS <= seconds <= limit


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(14, "two clients that never read beside others, while orders come")
def test_clients_that_do_not_read_delay_nobody(site: Site, row: Row) -> None:
    [server, *_], trader = site.servers, site.trader()
    trader.place_many([new_order(text="x" * 200)] * 1000)

    def orders_come(over: threading.Event) -> None:
        while not over.wait(0.1):
            trader.place_many([new_order(text="x" * 200)] * 10)

    def stuck(over: threading.Event) -> None:
        with unread(server, trader), unread(server, trader):
            over.wait()

    found = delay(server, site.trader(), stuck, ROUNDS, orders_come)

    found.judge(row)


@anywhere
@pytest.mark.fault(14, "a client that reads again after 1,500 events")
def test_a_client_that_reads_again_is_caught_up_from_the_log(site: Site, row: Row) -> None:
    [server, *_], trader = site.servers, site.trader()
    with unread(server, trader) as line:
        for _ in range(6):
            trader.place_many([new_order(text="x" * 200)] * BATCH)

        seen: list[int] = []
        for opcode, payload in line:
            said = json.loads(payload) if opcode == TEXT else {"type": "close"}
            seen += [event["seq"] for event in said.get("events", [])]
            if said["type"] == "heartbeat":
                answer = {"type": "received", "user": trader.name, "seq": seen[-1] if seen else 0}
                line.send(frame(json.dumps(answer).encode()))
            if len(seen) >= 6 * BATCH:
                break

    row.figure("events missing or doubled", len(set(range(1, 1501)) ^ set(seen)) + len(seen) - len(set(seen)), "0")
    assert seen == list(range(1, 6 * BATCH + 1))


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(14, "a client that has vanished and is owed nothing")
def test_a_client_that_vanished_is_found_out_by_pings(site: Site, row: Row) -> None:
    [server, *_], trader = site.servers, site.trader()
    before = sockets(server)
    with unread(server, trader):
        wait_for(lambda: sockets(server) == before + 1, "the socket")
        began = time.monotonic()
        wait_for(lambda: sockets(server) == before, "its end", 60)
        row.figure("gone after, s", time.monotonic() - began, "<= 60")


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_without_a_window_memory_grows_with_what_is_not_read(site: Site) -> None:
    trader = site.trader()
    for _ in range(4):
        trader.place_many([new_order(text="x" * 200)] * BATCH)
    with site.joined(**without("a_window", "fair_shares")) as server:
        before = memory(server)
        with unread(server, trader) as line:
            asking = threading.Thread(target=ask_on, args=[line])
            asking.start()
            try:
                wait_for(lambda: memory(server) - before > 5 * GROWTH_MB, "memory growing")
            finally:
                line.hang_up()
                asking.join()
