"""A search finds exactly what reading every order would find, whatever wrote it and whichever way it is looked for."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from market.models import Instrument
from orders.listing import paging, search, search_index
from orders.models import Order
from tests.orders.builders import instrument, place, rolled_back, snapshot_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

PIECES = [
    "a",
    "B",
    "ä",
    "Ä",
    "'",
    '"',
    "%",
    "_",
    "\\",
    "*",
    "😀",
    "\u0301",
    "zq",
    "AND",
    "urgent",
    "buy",
    "Sell",
    " ",
    "-",
    "9",
    "(",
    "^",
]


@pytest.fixture(autouse=True)
def large_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """No book is so small that it is read through."""
    monkeypatch.setattr(paging, "SMALL", 0)


@pytest.fixture(params=["by the index", "by walking"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "by walking":
        monkeypatch.setattr(search, "MOST", -1)
    return str(request.param)


@pytest.fixture
def table(as_user: Any, alice: User) -> Any:
    client = as_user(alice)

    def ask(term: str, **parameters: Any) -> dict[str, Any]:
        query = {"format": "datatables", "length": "1000", "search[value]": term, **parameters}
        response = client.get("/api/orders/", query)
        assert response.status_code == 200, response.content
        return response.json()  # type: ignore[no-any-return]

    return ask


def make(user: User, texts: list[str]) -> list[Order]:
    instrument()
    values = {"symbol": "AAPL", "side": "buy", "quantity": Decimal(1), "price": Decimal(1)}
    return Order.objects.bulk_create(Order(user=user, text=text, **values) for text in texts)


def on_sqlite() -> bool:
    return connection.vendor == "sqlite"


def index_everything() -> None:
    """So that what is there stands in the index itself, and not beside it."""
    if on_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER orders_search_updated")
        search_index.prepare()


def folded(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)


def holding(orders: dict[int, dict[str, Any]], term: str) -> list[int]:
    """The ids that a plain reading of every order finds, newest first."""
    names = dict(Instrument.objects.values_list("symbol", "name"))
    words = folded(term).split(" ")
    sides = ("buy", "sell")
    side, rest = "", ""
    if words[0] in sides:
        side, rest = words[0], " ".join(words[1:]).strip()
    elif words[-1] in sides:
        side, rest = words[-1], " ".join(words[:-1]).strip()

    def holds(row: dict[str, Any], text: str) -> bool:
        parts = (row["symbol"], row["client_order_id"], row["text"])
        return any(text in folded(part) for part in parts) or (len(text) > 2 and text in folded(names[row["symbol"]]))

    def is_found(row: dict[str, Any]) -> bool:
        if holds(row, folded(term)) or term == str(row["id"]):
            return True
        return side == row["side"] and (rest == "" or holds(row, rest))

    return [order for order, row in sorted(orders.items(), reverse=True) if is_found(row)]


def ids(answer: dict[str, Any]) -> list[int]:
    return sorted((row["id"] for row in answer["data"]), reverse=True)


@pytest.mark.parametrize("many", [search.MANY_NAMED, 0])
def test_any_term_finds_what_reading_every_order_finds(
    table: Any, way: str, many: int, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY_NAMED", many)
    chance = random.Random(4)
    instrument(name="Zq Ä-Urgent 9ä")
    instrument("MSFT", name="(b' Andzq buy")
    texts = ["".join(chance.choices(PIECES, k=chance.randrange(9))) for _ in range(90)]
    make(bob, texts)
    make(alice, texts[:60])
    index_everything()
    made = make(alice, texts[60:])
    ids_of_alice = list(Order.objects.filter(user=alice).values_list("pk", flat=True))
    Order.objects.filter(pk__in=chance.sample(ids_of_alice, 40)).update(side="sell")
    Order.objects.filter(pk__in=chance.sample(ids_of_alice, 20)).update(symbol="MSFT")
    texts += [order.client_order_id for order in made[:5]] + [str(made[7].pk), "AAPL", "aapl\\"]
    orders = snapshot_of(alice)
    for term in ("Sell zq Ä-urgent", "URGENT 9ä  buy", "BUY", "msft sell", "sell buy", "b' andZQ", "b' andzq buy"):
        assert ids(table(term)) == holding(orders, term) != [], term
    found = 0
    for _ in range(80):
        text = chance.choice(texts) or "x"
        start, length = chance.randrange(len(text)), chance.randrange(1, 6)
        term = (
            text[start : start + length].swapcase() if chance.random() < 0.9 else "".join(chance.choices(PIECES, k=3))
        )
        if term := term.strip():
            answer = table(term)
            assert ids(answer) == holding(orders, term), term
            assert answer["recordsFiltered"] == len(answer["data"]), term
            found += len(answer["data"]) > 0
    assert found > 40


def test_an_instrument_s_name_as_it_is_now_and_the_word_of_a_side_find_orders(
    table: Any, way: str, alice: User, bob: User
) -> None:
    instrument(name="Apple")
    instrument("BBY", name="Best Buy")
    bought, sold = place(alice).pk, place(alice, side="sell").pk
    others = [place(alice, symbol="BBY", side="sell").pk, place(alice, symbol="BBY").pk]
    place(bob)
    index_everything()

    assert ids(table("apPle")) == [sold, bought]
    assert table("pp")["data"] == []
    assert ids(table("apple sell")) == ids(table("Sell  AAPL")) == [sold]
    assert ids(table("sell")) == [others[0], sold]
    assert ids(table("best buy")) == others[::-1]
    assert ids(table("buy")) == [*others[::-1], bought]
    Instrument.objects.filter(symbol="AAPL").update(name="Pear")
    assert table("apple")["data"] == []
    assert ids(table("pear")) == [sold, bought]


def test_whatever_writes_an_order_it_is_found_as_it_is_now(table: Any, way: str, alice: User) -> None:
    first, second, third, fourth, fifth = make(alice, ["first old", "second old", "third old", "fourth", "fifth"])
    index_everything()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET text = 'Raw new' WHERE id = %s", [first.pk])
    Order.objects.filter(pk=second.pk).update(text="bulk new")
    third.text = "saved new"
    third.save(update_fields=["text"])
    with rolled_back():
        Order.objects.filter(pk=fourth.pk).update(text="never new")
        make(alice, ["neither new"])
    fifth.delete()
    added = place(alice, text="placed new")
    assert ids(table("new")) == [added.pk, third.pk, second.pk, first.pk]
    assert ids(table("raw")) == [first.pk]
    assert table("old")["data"] == []
    assert table("fifth")["data"] == []
    assert ids(table("fourth")) == [fourth.pk]


def test_an_order_given_away_is_found_by_its_new_owner_alone(table: Any, way: str, alice: User, bob: User) -> None:
    order, _ = make(alice, ["to be given", "not"])
    make(bob, ["to be given"])
    index_everything()
    assert ids(table("given")) == [order.pk]
    Order.objects.filter(pk=order.pk).update(user=bob)
    assert table("given")["recordsFiltered"] == 0
    assert table("q1")["recordsFiltered"] == len(holding(snapshot_of(alice), "q1"))


def test_new_orders_are_taken_into_the_index_together(table: Any, alice: User) -> None:
    make(alice, ["seldom"] + [""] * search_index.BATCH + ["seldom"])
    [rare_first, *_, rare_last] = holding(snapshot_of(alice), "seldom")
    assert ids(table("seldom")) == [rare_first, rare_last]
    if on_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("SELECT through FROM orders_search_state")
            assert rare_last < cursor.fetchone()[0] <= rare_first
            cursor.execute("SELECT rowid FROM orders_search WHERE orders_search MATCH 'sel AND eld AND ldo AND dom'")
            assert cursor.fetchall()[0] == (rare_last,)


@pytest.mark.parametrize(
    "parameters", [{"search[value]": "same"}, {"search[value]": "Buy"}, {"search[value]": "", "side": "buy"}]
)
def test_a_count_is_exact_up_to_a_thousand_and_says_when_it_is_not(
    table: Any, alice: User, as_user: Any, parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(alice, ["same"] * 999)

    def told(**more: Any) -> tuple[int, bool, int]:
        answer = table("", **parameters | {"length": "10"} | more)
        return answer["recordsFiltered"], answer.get("recordsFilteredIsMore", False), len(answer["data"])

    assert told() == (999, False, 10)
    make(alice, ["same"])
    assert told() == (1000, False, 10)
    make(alice, ["same"])
    assert told() == (1000, True, 10)
    assert told(start="990") == (1000, True, 10)
    assert told(start="1000") == (1001, False, 1)
    assert told(start="5000") == (1001, False, 0)
    listed = as_user(alice).get("/api/orders/", {"search": "same", "page_size": "1000", "page": "2"}).json()
    assert (listed["count"], len(listed["results"]), listed["next"]) == (1001, 1, None)
    exported = as_user(alice).get("/api/orders/export/", {"search": "same"})
    assert len(b"".join(exported.streaming_content).splitlines()) == 1002
    monkeypatch.setattr(paging, "SMALL", 1001)
    assert told() == (1001, False, 10)


def test_pages_of_a_search_follow_its_sort_without_a_hole(table: Any, way: str, alice: User) -> None:
    make(alice, ["same"] * 1010)
    newest_first = holding(snapshot_of(alice), "same")
    sort = {"columns[0][data]": "id", "order[0][column]": "0", "order[0][dir]": "desc", "length": "300"}
    pages = [table("same", start=str(start), **sort)["data"] for start in range(0, 1200, 300)]
    assert [row["id"] for page in pages for row in page] == newest_first


def test_after_a_migration_that_lost_it_the_index_is_whole_again(table: Any, alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER orders_search_inserted" if on_sqlite() else "DROP INDEX order_search")
        [order, *_] = make(alice, ["Lost"] + [""] * search_index.BATCH)
        search_index.prepare()
        assert ids(table("lost")) == [order.pk]
        if not on_sqlite():
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'order_search'")
            assert cursor.fetchone() == (1,)


def test_what_stands_is_not_made_again(alice: User, django_assert_max_num_queries: Any) -> None:
    make(alice, ["kept"])
    with django_assert_max_num_queries(3):
        search_index.prepare()


def test_without_an_index_a_search_reads_every_order(table: Any, alice: User) -> None:
    with connection.cursor() as cursor:
        for statement in (
            ["DROP TRIGGER orders_search_inserted", "DROP TRIGGER orders_search_updated", "DROP TABLE orders_search"]
            if on_sqlite()
            else ["DROP INDEX order_search"]
        ):
            cursor.execute(statement)
    try:
        [order, _] = make(alice, ["rare one", "other"])
        assert ids(table("rare")) == [order.pk]
    finally:
        search_index.prepare()
