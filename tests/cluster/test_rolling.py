"""A rolling upgrade costs nobody anything: every server is replaced in turn while people work."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import psutil

from tests.cluster.conftest import Command
from tests.servers import wait_for
from tests.stack.sockets import Follower
from tests.traders import Trader, new_order

WORKERS = 4
# Each worker gets through so many between one fact and the next, so that something is under way at every moment.
MEANWHILE = 10


class Work:
    """Requests one after another, on a connection each as clients without a pool make them; what was answered."""

    def __init__(self, trader: Trader, kind: str) -> None:
        self.answers: list[int | str] = []
        self._trader, self._kind = trader, kind

    def run(self, over: threading.Event) -> None:
        for number in count(1):
            if over.is_set():
                return
            self.answers.append(self._ask(number))

    def _ask(self, number: int) -> int | str:
        client = http.client.HTTPConnection("127.0.0.1", self._trader.server.port, timeout=60)
        headers = {"Authorization": f"Token {self._trader.token}", "Content-Type": "application/json"}
        try:
            if self._kind == "writes":
                body = json.dumps(new_order(client_order_id=f"{self._trader.name}-{number}"))
                client.request("POST", "/api/orders/", body, headers)
            else:
                client.request("GET", "/api/orders/?format=datatables&length=50", headers=headers)
            answer = client.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            client.close()


@contextmanager
def busy(works: list[Work]) -> Iterator[None]:
    over = threading.Event()
    threads = [threading.Thread(target=work.run, args=(over,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def listening(server: psutil.Process) -> set[int]:
    """The ports that a server and its processes listen on."""
    found = server.net_connections("tcp")
    return {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN}


def more_done(works: list[Work]) -> None:
    before = [len(work.answers) for work in works]
    enough = [number + MEANWHILE for number in before]
    wait_for(lambda: all(len(work.answers) >= least for work, least in zip(works, enough, strict=True)), "more work")


def test_each_server_is_replaced_while_people_work_and_not_one_request_fails(
    cluster: Command, traders: Callable[[int], list[Trader]]
) -> None:
    people = traders(WORKERS)
    works = [Work(trader, "writes" if number % 2 else "reads") for number, trader in enumerate(people)]
    writer = people[1]
    with Follower.of(writer) as follower:
        with busy(works):
            more_done(works)
            for number, port in enumerate(cluster.ports, 1):
                [server] = [each for each in cluster.parts("manage.py serve") if port in listening(each)]
                server.terminate()
                # It is started again by what it is a part of.
                wait_for(lambda number=number: f"A server-{number} process ended (0)" in cluster.text, "its good end")
                more_done(works)
                wait_for(cluster.are_ready, "another in its place")
                more_done(works)
        placed = len(works[1].answers)
        follower.until(placed)

    answers = [answer for work in works for answer in work.answers]
    assert [answer for answer in answers if answer not in (200, 201)] == []
    assert writer.head() == placed
    assert follower.seqs == list(range(1, placed + 1))
    # The follower was on one of the two and moved; at the end it left by itself.
    assert 1012 in follower.codes
    assert set(follower.codes) <= {1012, 1000}
    assert follower.going_away[0]["type"] == "going_away"
