"""Waits for quiet and holds the clients against the log and the rows as REST gives them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tests.faults.clients import Client
from tests.faults.ledger import Ledger, Verdict, verdict
from tests.faults.patience import HANG_SECONDS
from tests.faults.site import Site
from tests.traders import Trader

# The mark of the long form.
CONVERGE_SECONDS = 5.0


def judge(site: Site, ledger: Ledger, followers: Sequence[Client], seconds: float = HANG_SECONDS) -> Verdict:
    """What was broken, once all writers are done; clients that lack something may hear nothing for so many seconds."""
    until_quiet(followers, seconds)
    traders = {follower.trader.name: follower.trader for follower in followers}
    logs = {name: log(trader) for name, trader in traders.items()}
    rows = [row for trader in traders.values() for row in orders(trader)]
    return verdict(ledger, [follower.witness() for follower in followers], logs, rows)


def until_quiet(followers: Sequence[Client], seconds: float = HANG_SECONDS) -> float:
    """How long it takes until each client has come as far as its log, or until none has heard more for `seconds`."""
    began = moved = time.monotonic()
    heads = [follower.trader.head() for follower in followers]
    come = [follower.last for follower in followers]
    while come != heads and time.monotonic() < moved + seconds:
        time.sleep(0.02)
        before, come = come, [follower.last for follower in followers]
        if come != before:
            moved = time.monotonic()
    return time.monotonic() - began


def log(trader: Trader) -> list[dict[str, Any]]:
    """All of this person's events."""
    found: list[dict[str, Any]] = []
    while True:
        page = trader.get(f"/api/events/?limit=1000&after={found[-1]['seq'] if found else 0}")
        found += page["results"]
        if not page["results"] or found[-1]["seq"] >= page["head"]:
            return found


def orders(trader: Trader) -> list[dict[str, Any]]:
    """All of this person's orders."""
    found: list[dict[str, Any]] = []
    number = 1
    while True:
        page = trader.get(f"/api/orders/?page_size=1000&page={number}")
        found += page["results"]
        if not page["next"]:
            return found
        number += 1
