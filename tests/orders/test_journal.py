"""Journals: read strictly, applied once, at their own pace or faster."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from market.models import Instrument
from orders import journal
from orders.journal import COLUMNS, BadLine
from orders.models import EventCounter, Order, OrderEvent
from orders.rows import order_row

pytestmark = pytest.mark.django_db(transaction=True)


def line(action: str, order: str = "a-1", user: str = "carol", at: str = "09:30:00.000000", **cells: str) -> str:
    row = {"time": f"2026-01-05T{at}Z", "user": user, "action": action, "client_order_id": order, "symbol": "XYZ"}
    if action == "place":
        row |= {"side": "buy", "order_type": "limit", "time_in_force": "day", "quantity": "10", "price": "5.125"}
    return ",".join((row | cells).get(name, "") for name in COLUMNS)


@pytest.fixture
def replay(tmp_path: Path) -> Any:
    """`replay(line, line, …)` runs the command over these lines at full speed; what it printed."""

    def run(*lines: str, header: str = ",".join(COLUMNS), **options: Any) -> str:
        file = tmp_path / "journal.csv"
        file.write_text("\n".join([header, *lines]) + "\n")
        output = StringIO()
        call_command("replay_journal", str(file), stdout=output, **({"speed": "max"} | options))
        return output.getvalue()

    return run


DAY = [
    line("place"),
    line("accept"),
    line("fill", exec_id="f-1", last_qty="4", last_price="5.125"),
    line("amend", quantity="20", text="more"),
    line("amend", price="5.5"),
    line("fill", exec_id="f-2", last_qty="6", last_price="5"),
    line("cancel"),
    line("place", "a-2"),
    line("reject", "a-2", text="Too far away"),
    line("place", "a-3"),
    line("expire", "a-3"),
]


def test_a_journal_does_what_its_lines_say(replay: Any) -> None:
    printed = replay(*DAY)

    [first, second, third] = [order_row(order) for order in Order.objects.order_by("id")]
    assert first["user"] == "carol"
    assert (first["status"], first["quantity"], first["price"]) == ("canceled", "20", "5.5")
    assert (first["cum_qty"], first["avg_price"], first["text"]) == ("10", "5.05", "more")
    assert (second["status"], second["text"]) == ("rejected", "Too far away")
    assert third["status"] == "expired"
    assert "3 place, 1 accept, 2 amend, 1 cancel, 2 fill, 1 reject, 1 expire; 0 unchanged" in printed


def test_a_second_run_changes_nothing(replay: Any) -> None:
    replay(*DAY)
    before = list(OrderEvent.objects.values_list("seq", "body"))

    printed = replay(*DAY)

    assert list(OrderEvent.objects.values_list("seq", "body")) == before
    assert f"{len(DAY)} unchanged" in printed


@pytest.mark.parametrize("stop", range(1, len(DAY)))
def test_a_run_goes_on_where_an_earlier_one_was_cut_off(replay: Any, stop: int) -> None:
    replay(*DAY[:stop])

    replay(*DAY)

    assert EventCounter.objects.get(user__username="carol").head == len(DAY)
    assert Order.objects.get(client_order_id="a-1").version == 7


def test_events_of_a_journal_are_an_import_by_nobody(replay: Any) -> None:
    replay(*DAY)

    assert set(OrderEvent.objects.values_list("source", "actor")) == {("import", None)}
    assert all(Order.objects.values_list("is_import", flat=True))


def test_missing_people_can_not_sign_in_and_missing_instruments_take_any_step(replay: Any) -> None:
    replay(line("place", price="5.12345678", quantity="0.00000001"))

    assert not User.objects.get(username="carol").has_usable_password()
    assert Instrument.objects.get(symbol="XYZ").price_decimals == 8


def test_two_people_may_use_the_same_client_order_id(replay: Any) -> None:
    replay(line("place"), line("place", user="dave"), line("accept", user="dave"))

    found = dict(Order.objects.values_list("user__username", "status"))
    assert found == {"carol": "pending_new", "dave": "new"}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line("dance"), "action 'dance'"),
        (line("accept", "never-placed"), "never placed"),
        (line("place", "b-1", quantity="ten"), "quantity 'ten'"),
        (line("place", "b-1", quantity=""), "needs a quantity"),
        (line("place", "b-1", quantity="1.123456789"), "too many digits"),
        (line("place", "b-1", price="-5"), "greater than 0"),
        (line("place", "b-1", side="both"), "both"),
        (line("place", "b-1", symbol="no such"), "symbol 'no such'"),
        (line("place", "b 1"), "client_order_id 'b 1'"),
        (line("place", "b-1", user="no one!"), "user 'no one!'"),
        (line("fill", exec_id="", last_qty="1", last_price="5"), "exec_id"),
        (line("fill", exec_id="x", last_qty="99", last_price="5"), "More than the 10"),
        (line("place", quantity="11"), "belongs to another order"),
        (line("place", "b-1", at="25:00:00"), "not a time"),
        (line("place", "b-1") + ",extra", "15 cells"),
    ],
)
def test_a_bad_line_stops_the_run_with_its_number_and_nothing_of_it_written(replay: Any, bad: str, reason: str) -> None:
    with pytest.raises(CommandError, match=r"^line 4: ") as stopped:
        replay(line("place"), line("accept"), bad, line("place", "later"))

    assert reason in str(stopped.value)
    assert list(Order.objects.values_list("client_order_id", "status")) == [("a-1", "new")]
    assert EventCounter.objects.get().head == 2


def test_other_columns_are_no_journal(replay: Any) -> None:
    with pytest.raises(CommandError, match="line 1: the columns must be"):
        replay(line("place"), header="a,b,c")


def test_a_file_that_is_not_there_is_told_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        call_command("replay_journal", "nowhere.csv")


def test_recorded_gaps_are_divided_by_the_speed(replay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("orders.management.commands.replay_journal.time.sleep", waited.append)

    replay(line("place"), line("accept", at="09:30:20.000000"), speed="10")
    slow = list(waited)
    waited.clear()
    replay(line("place"), line("accept", at="09:30:20.000000"), speed="10", start_at_once=True)

    assert slow[0] == pytest.approx(0.3)
    assert slow[-1] == pytest.approx(2, abs=0.2)
    assert max(waited) == pytest.approx(2, abs=0.2)
    assert len(waited) == len(slow) - 1


def test_reading_counts_each_action_within_its_order() -> None:
    lines = list(journal.read([",".join(COLUMNS), *DAY]))

    assert [one.key for one in lines if one.action == "amend"] == ["journal-amend-1", "journal-amend-2"]
    assert [one.key for one in lines if one.action == "fill"] == ["f-1", "f-2"]


def test_reading_an_unfinished_quote_names_the_line() -> None:
    with pytest.raises(BadLine, match="line"):
        list(journal.read([",".join(COLUMNS), '"unfinished']))
