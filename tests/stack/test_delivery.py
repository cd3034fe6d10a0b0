"""Whatever saves an order, every event reaches every socket of its owner once and in order, whoever fails meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil

from cluster import servers
from tests.servers import Server, wait_for
from tests.stack import processes
from tests.stack.both import on_both
from tests.stack.sockets import Follower, by_session, by_token
from tests.traders import Trader, new_order

SAVES = 15


@contextmanager
def line_to(stack: Server, process: psutil.Process) -> Iterator[http.client.HTTPConnection]:
    """An HTTP connection that this very process has accepted."""
    with ExitStack() as lines:
        while True:
            line = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
            lines.callback(line.close)
            line.request("GET", "/health/live")
            line.getresponse().read()
            if processes.serving(stack, line.sock.getsockname()[1]).pid == process.pid:
                yield line
                return


def place_through(line: http.client.HTTPConnection, trader: Trader) -> None:
    headers = {"Content-Type": "application/json", **by_token(trader)}
    line.request("POST", "/api/orders/", json.dumps(new_order()), headers)
    answer = line.getresponse()
    answer.read()
    assert answer.status == 201


@on_both
def test_an_order_saved_on_one_process_reaches_the_sockets_of_every_process(stack: Server, trader: Trader) -> None:
    everywhere = {process.pid for process in processes.web(stack)}
    assert len(everywhere) == 2
    with ExitStack() as open_sockets:
        followers: dict[int, Follower] = {}
        while set(followers) != everywhere:
            headers = by_session(trader) if len(followers) else by_token(trader)
            follower = open_sockets.enter_context(Follower(stack, headers, trader.name))
            followers[processes.serving(stack, follower.local_port).pid] = follower

        for pid in everywhere:
            with line_to(stack, psutil.Process(pid)) as line:
                # On a busy machine the sweep may be the first to find one.
                wait_for(lambda line=line: is_announced(line, trader, [*followers.values()]), "an announced order")

        for follower in followers.values():
            assert follower.seqs == [*range(1, trader.head() + 1)]


def is_announced(line: http.client.HTTPConnection, trader: Trader, followers: list[Follower]) -> bool:
    """Whether an order placed on this line was told to all of them before any sweep."""
    place_through(line, trader)
    head = trader.head()
    for each in followers:
        each.until(head)
    return not any("replay" in each.events[-1] for each in followers)


@on_both
def test_every_way_to_save_in_another_process_is_heard(stack: Server, trader: Trader) -> None:
    order = trader.place()
    with Follower.of(trader) as follower:
        stack.shell(
            "from django.contrib.auth.models import User; from orders.models import Order;"
            f"mine = Order.objects.filter(user__username={trader.name!r}); order = mine.get();"
            "order.text = 'saved'; order.save();"
            "mine.update(text='updated');"
            "order.pk = None; order._state.adding = True; order.client_order_id = 'copied';"
            "Order.objects.bulk_create([order]);"
            "mine.filter(client_order_id='copied').delete()"
        )
        follower.until(5)

    kinds = [(event["kind"], event["order"]["text"], event["source"]) for event in follower.events]
    assert kinds == [
        ("corrected", "saved", "system"),
        ("corrected", "updated", "system"),
        ("created", "saved", "system"),
        ("deleted", "saved", "system"),
    ]
    assert follower.events[0]["order"]["id"] == order["id"]


@on_both
def test_a_killed_server_process_loses_nothing_of_what_is_saved_meanwhile(stack: Server, trader: Trader) -> None:
    with Follower.of(trader) as follower:
        victim = processes.serving(stack, follower.local_port)

        for number in range(4 * SAVES):
            if number == SAVES:
                victim.kill()
            body = new_order(client_order_id=f"save-{number}")
            # One that hits the dying process gets no answer, and is sent again as people do.
            wait_for(lambda body=body: trader.ask("POST", "/api/orders/", body)[0] in (200, 201), "an order placed")

        follower.until(trader.head())
        assert follower.seqs == list(range(1, 4 * SAVES + 1))
        assert follower.duplicates == follower.gaps == 0
        assert len(follower.codes) >= 1
        assert [event["order"]["client_order_id"] for event in follower.events] == [
            f"save-{number}" for number in range(4 * SAVES)
        ]
    wait_for(lambda: len(processes.web(stack)) == 2, "another process in its place")


@on_both
def test_a_broker_that_hangs_holds_up_no_save_and_the_sweep_delivers(stack: Server, trader: Trader) -> None:
    broker = processes.broker(stack)
    with Follower.of(trader) as early:
        broker.suspend()
        try:
            with Follower.of(trader) as late:
                for _ in range(SAVES):
                    trader.place()
                for follower in (early, late):
                    follower.until(SAVES)
            assert broker.status() == psutil.STATUS_STOPPED
        finally:
            broker.resume()
        assert late.seqs == early.seqs == list(range(1, SAVES + 1))

        wait_for(lambda: announced_again(trader, early), "events announced by the broker again")


def announced_again(trader: Trader, follower: Follower) -> bool:
    trader.place()
    follower.until(trader.head())
    return "replay" not in follower.events[-1]


class Runserver(servers.Server):
    """Django's own command, on the database and Redis of a server that runs."""

    def launch(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{self.port}"]
        return self.run(command, cwd=self.project, env=self.environment)


def test_runserver_serves_the_socket_as_well(stack: Server, trader: Trader) -> None:
    runserver = Runserver("runserver", stack.folder, stack.folder / "runserver.log", stack.environment, "127.0.0.1")
    try:
        runserver.start()
        with Follower.of(trader, port=runserver.port) as follower:
            trader.place()
            follower.until(1)
            assert follower.socket is not None
            assert follower.socket.remote_address[1] == runserver.port
    finally:
        runserver.stop()


@on_both
def test_a_journal_replayed_twice_changes_nothing_the_second_time(stack: Server, trader: Trader) -> None:
    journal = stack.folder / f"{trader.name}.csv"
    header = (
        "time,user,action,client_order_id,symbol,side,order_type,time_in_force,"
        "quantity,price,stop_price,exec_id,last_qty,last_price,text"
    )
    lines = [header]
    for number in range(40):
        start = f"2026-01-05T09:30:{number:02}.000000Z,{trader.name}"
        lines.append(f"{start},place,j-{number},AAPL,buy,limit,day,18,585.33,,,,,")
        lines.append(f"{start},accept,j-{number}{',' * 11}")
        lines.append(f"{start},fill,j-{number},,,,,,,,x-{number},7,585.33,")
    journal.write_text("\n".join(lines) + "\n")

    with Follower.of(trader) as follower:
        first = stack.manage("replay_journal", os.fspath(journal), "--speed", "max")
        assert first.returncode == 0, first.stderr
        follower.until(120)
        orders = trader.orders()

        again = stack.manage("replay_journal", os.fspath(journal), "--speed", "max")

        assert again.returncode == 0, again.stderr
        assert trader.head() == 120
        assert trader.orders() == orders
        assert len(orders) == 40
        assert follower.seqs == list(range(1, 121))
        assert {event["source"] for event in follower.events} == {"import"}


def test_a_server_that_stops_says_so_and_its_clients_miss_nothing(stack: Server, trader: Trader) -> None:
    order = trader.place()
    with Follower.of(trader) as follower:
        try:
            stack.stop()
            wait_for(lambda: follower.codes, "the socket's end")
            assert follower.codes[0] == 1012
            # This one comes back at once, where the other process may be about to end as well, and says so.
            farewell = follower.going_away[0]
            assert farewell["reason"]
            assert farewell["reconnect_after_ms"] > 0
            stack.shell(
                "from orders.models import Order;"
                f"order = Order.objects.get(pk={order['id']}); order.text = 'while stopped'; order.save()"
            )
        finally:
            stack.start()
        follower.until(2)
        assert follower.events[-1]["order"]["text"] == "while stopped"


@on_both
def test_a_client_that_comes_back_is_caught_up_from_the_log(stack: Server, trader: Trader) -> None:
    with Follower.of(trader) as follower:
        assert follower.socket is not None
        trader.place_many([new_order() for _ in range(400)])
        follower.socket.close()
        trader.place_many([new_order() for _ in range(400)])
        follower.until(800)
        assert follower.seqs == list(range(1, 801))
        assert follower.gaps == follower.duplicates == 0
