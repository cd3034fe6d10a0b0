"""Journals for tests: lines as they stand in a file."""

from __future__ import annotations

from orders.journal.reading import COLUMNS

HEADER = ",".join(COLUMNS)


def line(action: str, order: str = "a-1", user: str = "carol", at: str = "09:30:00.000000", **cells: str) -> str:
    """A line of carol's order a-1 in XYZ unless told otherwise; a place buys 10 at 5.125."""
    row = {"time": f"2026-01-05T{at}Z", "user": user, "action": action, "client_order_id": order, "symbol": "XYZ"}
    if action == "place":
        row |= {"side": "buy", "order_type": "limit", "time_in_force": "day", "quantity": "10", "price": "5.125"}
    return ",".join((row | cells).get(name, "") for name in COLUMNS)


DAY = [
    line("place"),
    line("accept"),
    line("fill", exec_id="f-1", last_qty="4", last_price="5.125"),
    line("amend", quantity="20", text="more"),
    line("amend", price="5.5"),
    line("fill", exec_id="f-2", last_qty="6", last_price="5"),
    line("amend", price="5.25"),
    line("amend", price="5.5"),
    line("cancel"),
    line("place", "a-2"),
    line("reject", "a-2", text="Too far away"),
    line("place", "a-3"),
    line("expire", "a-3"),
]
