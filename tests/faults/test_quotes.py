"""Prices as figures: how often each client is shown them, and what one costs that does not read."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from orders.socket import outlet
from tests.faults.measures import memory
from tests.faults.rude import Line, frame
from tests.servers import Server
from tests.stack import processes
from tests.stack.quotes import LIST, SYMBOLS, Watcher

pytestmark = pytest.mark.long_form

KEEPS_MB = 2.0
SECONDS = 4.0


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes with the pretended market."""
    folder = Path(tmp_path_factory.mktemp("prices"))
    server = Server(folder, FEED="sim", WEB_CONCURRENCY="2", PAPER_BROKER="off")
    try:
        server.start()
        server.shell(LIST)
        yield server
    finally:
        server.stop()


def test_one_s_rate_is_kept_and_the_quick_ones_do_not_wait_for_the_slow(market: Server) -> None:
    with ExitStack() as open_ones:
        watchers = {rate: open_ones.enter_context(Watcher(market)) for rate in (1, 2, 5, 10, 20)}
        for rate, watcher in watchers.items():
            watcher.subscribe(SYMBOLS[:40], per_second=rate)
            watcher.until(lambda each=watcher: len(each.quotes) == 40, "all of them")
            watcher.frames.clear()
        reading = [threading.Thread(target=lambda each=each: [*each.read(SECONDS)]) for each in watchers.values()]
        for thread in reading:
            thread.start()
        for thread in reading:
            thread.join()

    for rate, watcher in watchers.items():
        sent = [frame["sent"] for frame in watcher.frames]
        gaps = [later - before for before, later in pairwise(sent)]
        # What had come in before is read first: at most what came while the others were begun with.
        assert sum(gaps) > len(gaps) * 900 / rate, rate
        assert median(gaps) < 2000 / rate, rate


def test_a_client_that_does_not_read_costs_little_and_delays_nobody_and_is_closed(market: Server) -> None:
    headers = {"Authorization": f"Token {market.token('bob')}"}
    ask = {"type": "subscribe", "stream": "quotes", "symbols": SYMBOLS[:45], "per_second": 20}
    with Watcher(market) as alice, Line(market.port, headers, receive=2048) as stuck:
        port = stuck.socket.getsockname()[1]
        server = processes.serving(market, port)
        alice.subscribe(SYMBOLS[:45], per_second=20)
        alice.until(lambda: len(alice.quotes) == 45, "prices")
        before = memory(market)
        stuck.send(frame(json.dumps(ask).encode()))
        asked = time.monotonic()
        alice.frames.clear()

        alice.until(lambda: not processes.serves(server, port), "its end")

    sent = [each["sent"] for each in alice.frames]
    assert time.monotonic() - asked > outlet.STUCK_SECONDS
    assert len(sent) > 20 * outlet.STUCK_SECONDS * 0.3
    assert median(later - earlier for earlier, later in pairwise(sent)) < 200
    assert memory(market) - before < KEEPS_MB
