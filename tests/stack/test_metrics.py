"""A server's metrics are those of all its web processes, whichever of them a scrape reaches."""

from __future__ import annotations

import re
import signal
from contextlib import ExitStack

from tests.servers import Server, wait_for
from tests.stack import processes
from tests.stack.sockets import by_token, dial
from tests.traders import Trader

SCRAPES = 10


def figures(server: Server, name: str) -> set[float]:
    """What several scrapes say, each on a connection of its own."""
    texts = [server.request("GET", "/metrics")[1] for _ in range(SCRAPES)]
    return {float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1]) for text in texts}  # type: ignore[index]


def test_every_process_tells_the_sockets_of_all_and_forgets_those_of_one_that_died(
    embedded: Server, trader: Trader
) -> None:
    wait_for(lambda: figures(embedded, "orders_sockets") == {0}, "the sockets of earlier tests being closed")
    with ExitStack() as open_sockets:
        by_process: dict[int, int] = {}
        while len(by_process) < 2:
            socket = open_sockets.enter_context(dial(embedded, by_token(trader)))
            pid = processes.serving(embedded, socket.socket.getsockname()[1]).pid
            by_process[pid] = by_process.get(pid, 0) + 1
        total = sum(by_process.values())
        wait_for(lambda: figures(embedded, "orders_sockets") == {total}, "every process telling of all sockets")
        published = max(figures(embedded, "orders_events_published_total"))
        trader.place()
        wait_for(lambda: min(figures(embedded, "orders_events_published_total")) > published, "the event being counted")

        [(victim, lost), _] = by_process.items()
        next(each for each in processes.web(embedded) if each.pid == victim).send_signal(signal.SIGKILL)
        wait_for(lambda: figures(embedded, "orders_sockets") == {total - lost}, "its sockets counting no more")
        assert min(figures(embedded, "orders_events_published_total")) > published
    wait_for(lambda: len(processes.web(embedded)) == 2, "another process in its place")
