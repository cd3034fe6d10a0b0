"""The main job: a day's order flow arrives whole, whatever happens to the server meanwhile."""

from __future__ import annotations

import csv
import json
import secrets
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import expect

from orders.journal.reading import COLUMNS
from tests.browser.blotter import Blotter, same
from tests.browser.waiting import wait_for
from tests.servers import Server

ORDERS = 120


def write_journal(file: Path) -> None:
    """A journal of two people's orders: placed, accepted, filled in parts or whole, or cancelled."""
    prefix = secrets.token_hex(4)
    lines = []
    for number in range(ORDERS):
        user = ("alice", "bob")[number % 2]
        order = {"user": user, "client_order_id": f"{prefix}-{number}", "symbol": "AAPL"}
        price = str(Decimal("585.33") + Decimal(number % 37) / 100)
        terms = {"side": "buy", "order_type": "limit", "time_in_force": "day", "quantity": "18", "price": price}
        lines.append(order | terms | {"action": "place"})
        lines.append(order | {"action": "accept"})
        if number % 3 == 0:
            lines.append(
                order | {"action": "fill", "exec_id": f"{prefix}-{number}-a", "last_qty": "7", "last_price": price}
            )
        if number % 6 == 0:
            lines.append(
                order | {"action": "fill", "exec_id": f"{prefix}-{number}-b", "last_qty": "11", "last_price": price}
            )
        elif number % 2 == 1:
            lines.append(order | {"action": "cancel"})
    with open(file, "w", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS, restval="")
        writer.writeheader()
        for number, line in enumerate(lines):
            writer.writerow(line | {"time": f"2026-01-05T09:30:{number // 100:02d}.{number % 100:02d}0000Z"})


def check_whole(blotter: Blotter, server: Server) -> None:
    """Nothing is missing, doubled or different: page, REST and database agree row by row."""
    head = server.request("GET", "/api/events/?limit=1", user=blotter.user)[1]["head"]
    blotter.until_applied(head)
    assert blotter.proof() == {"seq": head, "head": head, "gaps": 0, "duplicates": 0}
    listed = server.orders(blotter.user)
    # What is out of sight is written a moment later.
    wait_for(lambda: all(map(same, blotter.rows(), listed)), "the first page as REST has it")
    shown = blotter.all_pages()
    assert [int(row["id"]) for row in shown] == [order["id"] for order in listed]
    assert [row for row, order in zip(shown, listed, strict=True) if not same(row, order)] == []
    stored = server.shell(
        "from orders.models import Order; from orders.domain.rows import order_row; import json;"
        f"orders = Order.objects.filter(user__username={blotter.user!r}).select_related('user').order_by('-id');"
        "print('stored', json.dumps([order_row(order) for order in orders]))"
    )
    by_id = {order["id"]: order for order in json.loads(stored.split("stored ", 1)[1])}
    assert by_id == {order["id"]: order for order in listed}


def test_every_event_of_a_replayed_day_is_on_screen_once(
    server: Server, open_as: Callable[..., Blotter], tmp_path: Path
) -> None:
    write_journal(tmp_path / "day.csv")
    blotter = open_as("alice")

    done = server.manage("replay_journal", str(tmp_path / "day.csv"), "--speed", "max")

    assert done.returncode == 0, done.stderr
    check_whole(blotter, server)


def test_a_server_killed_half_way_loses_nothing(
    own_server: Server, open_as: Callable[..., Blotter], tmp_path: Path
) -> None:
    write_journal(tmp_path / "day.csv")
    blotter = open_as("alice", own_server)
    page, begun = blotter.page, blotter.proof()["seq"]
    replay = subprocess.Popen(
        [sys.executable, "manage.py", "replay_journal", str(tmp_path / "day.csv"), "--speed", "10", "--start-at-once"],
        cwd=own_server.folder,
        env=own_server.environment,
    )
    try:
        wait_for(lambda: blotter.proof()["seq"] > begun + ORDERS // 4, "a part of the day on screen")
        own_server.kill()
        expect(page.locator("#connection")).not_to_have_attribute("data-state", "live")
        own_server.start()
        page.evaluate("dispatchEvent(new Event('online'))")
        assert replay.wait() == 0
    finally:
        replay.kill()

    blotter.until_state("live")
    check_whole(blotter, own_server)
