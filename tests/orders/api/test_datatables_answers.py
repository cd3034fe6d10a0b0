"""The DataTable's answers: any offset, every sort, tabs and counts, and the log's head they are exactly as of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain import rows
from orders.domain.fields import SORTS
from orders.domain.lifecycle import TABS, Status
from orders.listing import paging
from tests.orders.builders import fresh, head_of, order_in, place, snapshot_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def table(as_user: Any, alice: User) -> Any:
    client = as_user(alice)

    def ask(**parameters: Any) -> dict[str, Any]:
        response = client.get("/api/orders/", {"format": "datatables", "length": "1000", **parameters})
        assert response.status_code == 200, response.content
        return response.json()  # type: ignore[no-any-return]

    return ask


def sorted_by(*keys: str) -> dict[str, str]:
    """The parameters of a sort by these columns, `-` for descending."""
    parameters = {}
    for place_, key in enumerate(keys):
        parameters[f"columns[{place_}][data]"] = key.removeprefix("-")
        parameters[f"order[{place_}][column]"] = str(place_)
        parameters[f"order[{place_}][dir]"] = "desc" if key.startswith("-") else "asc"
    return parameters


def ids(answer: dict[str, Any]) -> list[int]:
    return [row["id"] for row in answer["data"]]


def test_an_answer_is_the_rows_the_counts_and_the_head(table: Any, alice: User) -> None:
    order = order_in(Status.NEW, alice)
    assert table(draw="7") == {
        "draw": 7,
        "recordsTotal": 1,
        "recordsFiltered": 1,
        "data": [rows.order_row(fresh(order))],
        "head": head_of(alice),
        "counts": {"working": 1, "filled": 0, "closed": 0, "all": 1},
        "user": "alice",
    }


@pytest.mark.both_databases
def test_a_page_begins_wherever_it_is_asked_to(table: Any, alice: User) -> None:
    newest_first = [place(alice).pk for _ in range(7)][::-1]
    for start in range(9):
        assert ids(table(start=str(start), length="3")) == newest_first[start : start + 3]
    assert ids(table(start="2147483647")) == []


@pytest.mark.both_databases
def test_tabs_count_everything_whatever_is_searched_and_filtered(table: Any, alice: User, bob: User) -> None:
    for status in Status:
        order_in(status, alice, text=status.value)
        order_in(status, bob)
    counts = {"working": 4, "filled": 1, "closed": 3, "all": 8}
    for tab, statuses in TABS.items():
        answer = table(tab=tab)
        assert answer["counts"] == counts
        assert answer["recordsTotal"] == answer["recordsFiltered"] == counts[tab]
        assert {row["status"] for row in answer["data"]} == statuses
    searched = table(**{"tab": "working", "search[value]": "PENDING", "status": "pending_new,filled"})
    assert searched["counts"] == counts
    assert (searched["recordsTotal"], searched["recordsFiltered"]) == (4, 1)
    assert [row["status"] for row in searched["data"]] == ["pending_new"]


@pytest.fixture
def mixed(alice: User, aapl: Any, btcusd: Any) -> User:
    """Orders that differ in everything that can be sorted by, with nulls, ties, and text in several scripts."""
    texts = ["", "a", "B", "b", "ä", "Z", "z9", "z10", "\ue000", "😀", "a"]
    for number, text in enumerate(texts):
        order = order_in(list(Status)[number % 8], alice, text=text, client_order_id=f"{'aZ_-9'[number % 5]}{number}")
        if order.status in (Status.NEW, Status.PENDING_NEW):
            order.quantity = Decimal(number * 9 + 2)
            order.save(update_fields=["quantity"])
    place(alice, order_type="stop", price=None, stop_price="99.5", side="sell")
    place(alice, order_type="stop_limit", price="100.25", stop_price="1000", time_in_force="gtc")
    place(alice, order_type="market", price=None, symbol="BTCUSD", quantity="0.0001")
    return alice


def key(value: Any, column: str) -> Any:
    numeric = column in ("quantity", "price", "stop_price", "cum_qty", "leaves_qty", "avg_price")
    if isinstance(value, str):
        return Decimal(value) if numeric else value.encode()
    return value


def sorted_here(orders: list[dict[str, Any]], column: str, descending: bool) -> list[dict[str, Any]]:
    """Bytewise, nulls last, ties by id, those the other way round as well where it is descending."""
    present = sorted((row for row in orders if row[column] is not None), key=lambda row: row["id"])
    present.sort(key=lambda row: key(row[column], column))
    absent = sorted((row for row in orders if row[column] is None), key=lambda row: row["id"])
    if descending:
        present.reverse()
        absent.reverse()
    return present + absent


@pytest.mark.both_databases
def test_every_column_sorts_bytewise_nulls_last_ties_by_id(table: Any, mixed: User) -> None:
    orders = list(snapshot_of(mixed).values())
    for column in SORTS:
        for descending in (False, True):
            answer = table(**sorted_by(f"-{column}" if descending else column))
            expected = [row["id"] for row in sorted_here(orders, column, descending)]
            assert ids(answer) == expected, (column, descending)


@pytest.mark.both_databases
def test_ties_of_several_columns_go_with_the_first(table: Any, mixed: User) -> None:
    orders = list(snapshot_of(mixed).values())
    by_side_then_type = sorted(orders, key=lambda row: (row["side"], row["order_type"], row["id"]))
    assert ids(table(**sorted_by("side", "order_type"))) == [row["id"] for row in by_side_then_type]
    assert ids(table(**sorted_by("-side", "-order_type"))) == [row["id"] for row in by_side_then_type[::-1]]


def test_rows_are_whole_whichever_columns_are_named(table: Any, alice: User) -> None:
    order = place(alice)
    assert table(**{"columns[0][data]": "symbol"})["data"] == [rows.order_row(fresh(order))]


@pytest.mark.django_db(transaction=False)
def test_a_page_takes_as_many_queries_as_it_must(
    table: Any, alice: User, aapl: Any, django_assert_num_queries: Any
) -> None:
    for _ in range(10):
        place(alice)
    with django_assert_num_queries(2):  # the head with the counts, the rows
        assert len(table()["data"]) == 10
    with django_assert_num_queries(4):  # and whose names hold it, and how many match
        table(**{"search[value]": "aapl"})


@pytest.mark.both_databases
def test_a_column_is_searched_by_itself(table: Any, alice: User) -> None:
    low = place(alice, quantity=Decimal(7), client_order_id="Low-1")
    high = place(alice, quantity=Decimal(70), client_order_id="high-1")

    def search(column: str, term: str) -> list[int]:
        answer = table(**{"columns[0][data]": column, "columns[0][search][value]": term})
        assert answer["recordsFiltered"] == len(answer["data"])
        return ids(answer)

    assert search("client_order_id", "low") == [low.pk]
    assert search("symbol", "aap") == [high.pk, low.pk]
    assert search("quantity", "7") == [low.pk]
    assert search("quantity", "7.0") == [low.pk]
    assert search("id", str(high.pk)) == [high.pk]
    assert search("quantity", "seven") == []
    assert search("quantity", "9" * 90) == []
    assert search("status", "pending") == [high.pk, low.pk]


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("column", ["created_at", "price", "side"])
@pytest.mark.both_databases
def test_deep_rows_are_those_that_counting_would_find(
    table: Any, alice: User, column: str, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        market = number % 3 == 0
        place(alice, price=None if market else Decimal(number % 2 + 1), order_type="market" if market else "limit")
    ordered = {"columns[0][data]": column, "order[0][column]": "0", "order[0][dir]": direction}
    every = [row["id"] for row in table(**ordered)["data"]]
    monkeypatch.setattr(paging, "DEEP", 0)
    for start in (0, 2, 3, 5, 6, 8):
        for length in (1, 3, 8):
            answer = table(start=str(start), length=str(length), **ordered)
            assert [row["id"] for row in answer["data"]] == every[start : start + length]
