"""REST's list of orders, and placing: what goes in, what comes out, and all or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain import rows
from orders.domain.lifecycle import Status
from orders.models import Order
from tests.orders.builders import head_of, log_of, order_in, place
from tests.tables import failing

pytestmark = pytest.mark.django_db

BODY = {"symbol": "AAPL", "side": "buy", "quantity": "100", "price": "585.33"}


@pytest.fixture
def api(as_user: Any, alice: User, aapl: Any) -> Any:
    return as_user(alice)


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_a_placed_order_comes_back_as_everybody_will_read_it(api: Any, alice: User) -> None:
    response = api.post("/api/orders/", BODY | {"text": "for lunch", "client_order_id": "a-1"}, format="json")
    assert response.status_code == 201
    order = Order.objects.for_trader(alice).select_related("user").get()
    assert response.json() == rows.order_row(order)
    assert list(response.json()) == [
        *("id", "client_order_id", "user", "symbol", "side", "order_type", "time_in_force"),
        *("quantity", "price", "stop_price", "status", "cum_qty", "leaves_qty", "avg_price", "text"),
        *("version", "created_at", "updated_at", "arrival_price"),
    ]
    assert response.json()["status"] == "pending_new"
    assert "Idempotent-Replay" not in response.headers
    assert log_of(alice)[-1]["source"] == "rest"
    assert log_of(alice)[-1]["actor"] == "alice"


def test_placing_again_with_the_same_body_changes_nothing(api: Any, alice: User) -> None:
    first = api.post("/api/orders/", BODY | {"client_order_id": "a-1"}, format="json")
    again = api.post("/api/orders/", BODY | {"client_order_id": "a-1", "quantity": "100.00"}, format="json")
    assert again.status_code == 200
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == first.json()
    assert head_of(alice) == 1


def test_the_same_client_order_id_with_another_body_is_a_conflict(api: Any, alice: User) -> None:
    first = api.post("/api/orders/", BODY | {"client_order_id": "a-1"}, format="json")
    other = api.post("/api/orders/", BODY | {"client_order_id": "a-1", "quantity": "200"}, format="json")
    assert other.status_code == 409
    assert other.json()["code"] == "duplicate_client_order_id"
    assert other.json()["current"] == first.json()


def test_a_list_is_placed_in_its_order(api: Any, alice: User) -> None:
    bodies = [BODY | {"client_order_id": f"a-{number}"} for number in range(3)]
    response = api.post("/api/orders/", bodies, format="json")
    assert response.status_code == 201
    assert [row["client_order_id"] for row in response.json()] == ["a-0", "a-1", "a-2"]
    again = api.post("/api/orders/", bodies, format="json")
    assert again.status_code == 200
    assert again.headers["Idempotent-Replay"] == "true"
    assert head_of(alice) == 3


@pytest.mark.parametrize("wrong", [{"quantity": "0"}, {"quantity": "NaN"}, {"symbol": "NOPE"}, {"side": "hold"}])
def test_one_bad_order_of_a_list_leaves_nothing_behind(api: Any, alice: User, wrong: dict[str, str]) -> None:
    response = api.post("/api/orders/", [BODY, BODY, BODY | wrong], format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "validation_failed"
    assert list(response.json()["fields"]) == [f"2.{next(iter(wrong))}"]
    assert not Order.objects.exists()
    assert head_of(alice) == 0


def test_what_is_neither_an_order_nor_a_list_of_up_to_a_thousand_is_refused(api: Any) -> None:
    def check(body: Any) -> None:
        response = api.post("/api/orders/", body, format="json")
        assert response.status_code == 400
        assert response.json()["code"] == "validation_failed"
        assert not Order.objects.exists()

    cases = [[], [BODY] * 1001, [[]], [None], ["AAPL"], "AAPL", 7, None, [[BODY]]]
    assert failing(cases, check) == []


def test_a_bad_value_is_told_at_its_field(api: Any) -> None:
    def check(field: str, value: Any) -> None:
        response = api.post("/api/orders/", BODY | {field: value}, format="json")
        assert response.status_code == 400
        assert response.json()["code"] == "validation_failed"
        assert list(response.json()["fields"]) == [field]
        assert not Order.objects.exists()

    cases = [
        ("quantity", "NaN"),
        ("quantity", "Infinity"),
        ("quantity", "-1"),
        ("quantity", "1" * 400),
        ("quantity", 1e300),
        ("quantity", "1.5"),
        ("quantity", True),
        ("quantity", []),
        ("quantity", "١٠٠"),
        ("price", "585.333"),
        ("price", "0.123456789"),
        ("price", None),
        ("stop_price", "1"),
        ("symbol", "NOPE"),
        ("symbol", "AAPL\0"),
        ("symbol", {"eq": "AAPL"}),
        ("side", "BUY"),
        ("order_type", ["limit"]),
        ("time_in_force", ""),
        ("text", "a\0b"),
        ("text", "left \u202e right"),
        ("text", "bell\a"),
        ("text", "x" * 256),
        ("text", 7),
        ("client_order_id", "with space"),
        ("client_order_id", "x" * 37),
        ("client_order_id", "a\0"),
        ("client_order_id", "ä"),
    ]
    assert failing(cases, check) == []


def test_the_list_is_newest_first_and_in_pages(api: Any, alice: User) -> None:
    placed = [place(alice).pk for _ in range(5)]
    response = api.get("/api/orders/?page_size=2&status=pending_new")
    assert response.json()["count"] == 5
    assert ids(response) == placed[:2:-1]
    assert response.json()["previous"] is None
    second = api.get(response.json()["next"])
    assert ids(second) == [placed[2], placed[1]]
    last = api.get(second.json()["next"])
    assert ids(last) == [placed[0]]
    assert last.json()["next"] is None
    assert ids(api.get(last.json()["previous"])) == [placed[2], placed[1]]


def test_an_empty_list_has_a_first_page_and_no_second(api: Any) -> None:
    assert api.get("/api/orders/").json() == {"count": 0, "next": None, "previous": None, "results": []}
    missing = api.get("/api/orders/?page=2")
    assert missing.status_code == 404
    assert missing.json()["code"] == "not_found"


@pytest.mark.both_databases
def test_filters_search_and_ordering_narrow_the_list(api: Any, alice: User, btcusd: Any) -> None:
    filled = order_in(Status.FILLED, alice, text="Lunch money", client_order_id="meal")
    bitcoin = place(alice, symbol="BTCUSD", side="sell", quantity="0.5", price="60000", client_order_id="coin-1")
    stop = place(alice, order_type="stop", price=None, stop_price="500", client_order_id="halt")
    assert ids(api.get("/api/orders/?tab=filled")) == [filled.pk]
    assert ids(api.get("/api/orders/?symbol=BTCUSD")) == [bitcoin.pk]
    assert ids(api.get("/api/orders/?symbol=BTCUSD,AAPL&side=buy")) == [stop.pk, filled.pk]
    assert ids(api.get("/api/orders/?status=filled,new")) == [filled.pk]
    assert ids(api.get("/api/orders/?order_type=stop")) == [stop.pk]
    assert ids(api.get("/api/orders/?search=lUNCH")) == [filled.pk]
    assert ids(api.get("/api/orders/?search=COIN-")) == [bitcoin.pk]
    assert ids(api.get("/api/orders/?search=btc")) == [bitcoin.pk]
    assert stop.pk in ids(api.get(f"/api/orders/?search={stop.pk}"))
    assert filled.pk not in ids(api.get(f"/api/orders/?search={stop.pk}"))
    assert ids(api.get("/api/orders/?ordering=price")) == [filled.pk, bitcoin.pk, stop.pk]
    assert ids(api.get("/api/orders/?ordering=-price")) == [bitcoin.pk, filled.pk, stop.pk]
    assert ids(api.get("/api/orders/?ordering=symbol,-id")) == [stop.pk, filled.pk, bitcoin.pk]


@pytest.mark.both_databases
def test_created_after_is_inclusive_and_created_before_exclusive(api: Any, alice: User) -> None:
    first, second = place(alice), place(alice)
    moment = rows.timestamp(second.created_at)
    assert ids(api.get("/api/orders/", {"created_after": moment})) == [second.pk]
    assert ids(api.get("/api/orders/", {"created_before": moment})) == [first.pk]
    assert ids(api.get("/api/orders/", {"created_after": "2020-01-01T00:00:00+02:00"})) == [second.pk, first.pk]


@pytest.mark.parametrize("text", ["Ärger 100%", "under_score", "back\\slash", "it's"])
@pytest.mark.both_databases
def test_search_takes_every_character_for_itself(api: Any, alice: User, text: str) -> None:
    place(alice, text="Xrger 1000 underXscore back slash its")
    meant = place(alice, text=f"before {text} after")
    assert ids(api.get("/api/orders/", {"search": text})) == [meant.pk]
    assert ids(api.get("/api/orders/", {"search": text.swapcase().replace("ä", "Ä")})) == [meant.pk]


@pytest.mark.both_databases
def test_a_page_of_the_list_takes_as_many_queries_as_an_empty_one(
    api: Any, alice: User, django_assert_num_queries: Any
) -> None:
    for _ in range(10):
        place(alice)
    with django_assert_num_queries(2):
        assert len(ids(api.get("/api/orders/"))) == 10
