"""The paper broker as `make run` starts it: it answers what a demo person placed by hand, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.periods import periods
from tests.servers import START_PATIENCE, Server, wait_for

QUIET_SECONDS = 0.7

JOURNAL = """time,user,action,client_order_id,symbol,side,order_type,time_in_force,quantity,price,stop_price,exec_id,last_qty,last_price,text
2026-03-02T15:00:00Z,alice,place,recorded,AAPL,buy,limit,gtc,5,200,,,,,
2026-03-02T15:00:00Z,charlie,place,recorded,AAPL,buy,limit,gtc,5,200,,,,,
"""  # noqa: E501
RECORDED_AND_ANOTHERS = """
from decimal import Decimal
from django.contrib.auth.models import User
from django.core.management import call_command
from orders.log.provenance import Source, acting
from orders.trading import NewOrder, place
call_command("replay_journal", "journal.csv", speed="max", start_at_once=True)
charlie = User.objects.get(username="charlie")
with acting(Source.REST, "charlie"):
    place(charlie, NewOrder("AAPL", "buy", Decimal(5), "market", client_order_id="by-hand"))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    quick = periods({"demo.paper_broker.QUIET_SECONDS": QUIET_SECONDS, "demo.paper_broker.ROUND_SECONDS": 0.1})
    server = Server(tmp_path_factory.mktemp("paper") / "served", FEED="sim", PAPER_BROKER="on", **quick)
    try:
        yield server.start()
    finally:
        server.stop()


def place(server: Server, **fields: Any) -> int:
    body = {"symbol": "AAPL", "side": "buy", "quantity": "5", "order_type": "market", "time_in_force": "gtc"} | fields
    status, answer = server.request("POST", "/api/orders/", body, user="alice")
    assert status == 201, answer
    return int(answer["id"])


def test_an_order_of_a_demo_person_is_accepted_and_filled_at_the_quoted_price_and_nobody_elses_is_touched(
    served: Server,
) -> None:
    (served.folder / "journal.csv").write_text(JOURNAL)
    carried, unwatched = place(served, quantity="1"), place(served, symbol="KO", time_in_force="fok")
    served.shell(RECORDED_AND_ANOTHERS)
    found = wait_for(lambda: _filled(served, carried, unwatched), "both filled", START_PATIENCE)

    for order, told in found:
        assert [event["kind"] for event in told][:2] == ["created", "accepted"]
        assert {event["actor"] for event in told[1:]} == {"paper broker"}
        if order["arrival_price"] is not None:  # a busy broker is not waited for
            assert abs(Decimal(order["avg_price"]) / Decimal(order["arrival_price"]) - 1) < Decimal("0.01")
        assert _seconds(told[1]) - _seconds(told[0]) >= QUIET_SECONDS
        assert _seconds(told[2]) - _seconds(told[1]) >= QUIET_SECONDS
    _, others = served.request("GET", "/api/orders/?user=*", user="desk")
    left = [row for row in others["results"] if row["id"] not in (carried, unwatched)]
    assert sorted((row["user"], row["client_order_id"], row["version"]) for row in left) == [
        ("alice", "recorded", 1),
        ("charlie", "by-hand", 1),
        ("charlie", "recorded", 1),
    ]
    assert served.log().count("Paper broker: demo people's orders are filled on paper") == 1


def _filled(server: Server, *ids: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]] | None:
    found = [server.request("GET", f"/api/orders/{order_id}/", user="alice")[1] for order_id in ids]
    if any(order["status"] != "filled" for order in found):
        return None
    paths = [f"/api/orders/{order_id}/events/" for order_id in ids]
    return list(zip(found, [server.request("GET", path, user="alice")[1]["results"] for path in paths], strict=True))


def _seconds(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["at"]).timestamp()


def test_the_mark_is_where_orders_are_placed_and_only_where_it_is_true(
    alice: User, client: Client, settings: Any
) -> None:
    def page() -> str:
        client.force_login(alice)
        return client.get("/").content.decode()

    settings.PAPER_BROKER = True
    assert "Paper broker" not in page(), "alice is no demo person yet"
    alice.groups.add(Group.objects.create(name="demo"))
    assert 'class="paper-mark"' in page()
    settings.PAPER_BROKER = False
    assert "Paper broker" not in page()
