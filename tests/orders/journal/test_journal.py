"""Journals are read strictly, and every action is known again when its file is read again."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from market.values.csv_rows import BadLine
from orders.domain.lifecycle import OrderType, TimeInForce
from orders.journal import reading
from orders.journal.reading import COLUMNS, Action, Amendment, Line
from orders.models import Order
from orders.trading import NewOrder, Report
from tests.market.values.test_decimals import FOREIGN
from tests.orders.journals import DAY, HEADER, line
from tests.tables import failing


def read(*lines: str) -> list[Line]:
    return list(reading.read([HEADER, *lines]))


def keys(*lines: str) -> list[str]:
    """What the actions are known by."""
    found = []
    for one in read(*lines):
        match one.what:
            case Amendment(key=key) | Report(exec_id=key):
                found.append(key)
    return found


def test_a_place_is_read_as_a_new_order() -> None:
    [placed] = read(line("place", side="sell", order_type="stop_limit", time_in_force="gtc", stop_price="5.10"))

    assert (placed.number, placed.user, placed.symbol, placed.action) == (2, "carol", "XYZ", Action.PLACE)
    assert isinstance(placed.what, NewOrder)
    assert (placed.what.quantity, placed.what.price, placed.what.stop_price) == (10, Decimal("5.125"), Decimal("5.1"))
    assert (placed.what.order_type, placed.what.time_in_force) == ("stop_limit", "gtc")


def test_a_place_without_type_and_time_in_force_is_a_day_limit_order_as_everywhere() -> None:
    [placed] = read(line("place", order_type="", time_in_force=""))

    assert isinstance(placed.what, NewOrder)
    assert (placed.what.order_type, placed.what.time_in_force) == (OrderType.LIMIT, TimeInForce.DAY)


def test_empty_cells_of_an_amendment_change_nothing() -> None:
    [amended] = read(line("amend", price="5.5"))

    assert isinstance(amended.what, Amendment)
    assert amended.what.changes == {"price": Decimal("5.5")}


def test_only_a_fill_has_a_quantity_and_a_price_of_its_own() -> None:
    [fill, cancel] = read(
        line("fill", exec_id="f-1", last_qty="4", last_price="5"), line("cancel", last_qty="4", last_price="5")
    )

    assert isinstance(fill.what, Report)
    assert isinstance(cancel.what, Report)
    assert (fill.what.exec_id, fill.what.last_qty, fill.what.last_price) == ("f-1", 4, 5)
    assert (cancel.what.last_qty, cancel.what.last_price) == (None, None)


def test_a_file_read_again_knows_its_actions_again() -> None:
    assert keys(*DAY) == keys(*DAY)
    assert len(set(keys(*DAY))) == len(keys(*DAY))


def test_the_same_line_twice_is_two_actions() -> None:
    once, again = keys(line("amend", price="5.5"), line("amend", price="5.5"))

    assert once != again


@pytest.mark.parametrize("other", [{"at": "09:30:01"}, {"price": "5.6"}, {"text": "why"}, {"user": "dave"}])
def test_another_file_s_line_is_taken_for_another_action(other: Any) -> None:
    assert keys(line("amend", **({"price": "5.5"} | other))) != keys(line("amend", price="5.5"))


def test_empty_lines_and_spaces_around_cells_are_let_pass() -> None:
    [accepted] = read("", line("accept").replace(",", " , "), "")

    assert (accepted.number, accepted.client_order_id) == (3, "a-1")


def test_names_are_kept_as_the_site_keeps_them() -> None:
    [placed] = read(line("place", user="\ufb01lippa"))

    assert placed.user == "filippa"


def test_what_can_not_be_read_is_named_with_its_line() -> None:
    def check(bad: str, reason: str) -> None:
        with pytest.raises(BadLine, match=r"^line 3: ") as refused:
            read(line("place"), bad)

        assert reason in str(refused.value)

    cases = [
        (line("dance"), "action 'dance' is not one of place, accept"),
        (line("place", quantity="ten"), "quantity 'ten' is not a number"),
        (line("place", quantity="1e400"), "is not a number"),
        (line("place", quantity="NaN"), "is not a number"),
        (line("place", quantity="9" * 400), "is not a number"),
        (line("place", quantity=""), "needs a quantity"),
        (line("place", quantity="1.123456789"), "At most 15 significant digits"),
        (line("place", quantity="1.000000000"), "At most 15 significant digits"),
        (line("accept", last_price="1.123456789"), "At most 15 significant digits"),
        (line("place", side="both"), "side 'both'"),
        (line("place", time_in_force="ever"), "time_in_force 'ever'"),
        (line("place", symbol="no such"), "symbol 'no such'"),
        (line("place", symbol=""), "symbol ''"),
        (line("place", "b 1"), "client_order_id 'b 1'"),
        (line("place", user="no one!"), "user 'no one!'"),
        (line("fill", last_qty="1", last_price="5"), "a fill needs an exec_id"),
        (line("place", at="25:00:00"), "is not a time with a time zone"),
        (line("place").replace("Z,", ",", 1), "is not a time with a time zone"),
        (line("place") + ",extra", "expected 15 cells, found 16"),
    ]
    assert failing(cases, check) == []


def test_a_row_of_several_lines_is_named_by_its_first_and_a_quote_without_end_by_where_it_begins() -> None:
    never_closed = "a quotation mark is opened and never closed."
    cases = [
        ([line("accept", text='"a\nb"'), line("cancel")], "line 2: text 'a\\nb': Control"),
        ([line("accept"), line("accept", text='"open'), line("cancel"), line("cancel")], f"line 3: {never_closed}"),
        (['"unfinished'], f"line 2: {never_closed}"),
    ]
    for lines, reason in cases:
        text = "\n".join([HEADER, *lines, ""])
        with pytest.raises(BadLine) as refused:
            list(reading.read(text.splitlines(keepends=True)))
        assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("header", ["", "a,b,c", HEADER.replace("time,user", "user,time")])
def test_a_file_with_other_columns_is_no_journal(header: str) -> None:
    with pytest.raises(BadLine, match="line 1: the columns must be time,user,action"):
        list(reading.read([header, line("place")]))


def test_every_cell_is_text_that_can_be_read_whether_its_action_needs_it_or_not() -> None:
    def check(action: str, name: str, cell: str, reason: str) -> None:
        needed = {"exec_id": "x-1", "last_qty": "1", "last_price": "1"} if action == "fill" else {}
        bad = line(action, **needed).split(",")
        bad[COLUMNS.index(name)] = cell
        with pytest.raises(BadLine, match=r"^line 3: ") as refused:
            read(line("place"), ",".join(bad))
        assert reason in str(refused.value)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 400

    broken = b"caf\xe9".decode(errors="surrogateescape")
    unreadable = [(broken, "it is not UTF-8"), ("a\0b", "it contains a NUL")]
    unreadable += [(f"a{char}b", "not allowed") for char in "\x07\u202e\u200b\uffff\x1f"]
    cases = [
        *((action, name, cell, reason) for action in Action for name in COLUMNS for cell, reason in unreadable),
        *((action, name, "x" * 100_000, name) for action in ("place", "fill") for name in COLUMNS),
        *((action, "exec_id", "x" * 65, "exec_id has more than 64") for action in Action),
        *((action, "text", "x" * 256, "text has more than 255") for action in Action),
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("text", FOREIGN)
def test_a_number_in_a_journal_is_written_as_anywhere(text: str) -> None:
    cell = '"' + text.replace('"', '""') + '"'
    with pytest.raises(BadLine, match=r"^line \d: quantity "):
        read(line("place", quantity=cell))


def test_rows_that_a_spreadsheet_leaves_empty_are_let_pass() -> None:
    assert [one.number for one in read(line("place"), "," * 14, " , ,", line("accept"))] == [2, 5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "bad",
    [
        line("place", "a-2", text="caf\xe9").encode("latin-1"),
        line("amend", price="5.5", exec_id="\xe9x").encode("latin-1"),
        line("amend", price="5.5", exec_id="x" * 500).encode(),
        line("amend", price="5.5", exec_id="a\0b").encode(),
        line("cancel", side="\u202e").encode(),
    ],
)
def test_what_came_before_a_line_that_cannot_be_read_stays(tmp_path: Path, bad: bytes) -> None:
    file = tmp_path / "day.csv"
    file.write_bytes("\n".join([HEADER, line("place"), line("accept")]).encode() + b"\n" + bad + b"\n")
    with pytest.raises(CommandError, match=r"^line 4: "):
        call_command("replay_journal", str(file), speed="max", stdout=StringIO())
    assert list(Order.objects.values_list("client_order_id", "status", "version")) == [("a-1", "new", 2)]
