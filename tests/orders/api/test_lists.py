"""Lists over REST: placed and amended all or nothing, each order with its own event, read as single orders are."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from orders.bodies import fast_path, serializers
from orders.domain.errors import ValidationFailed
from orders.models import Order
from tests.orders.builders import head_of, log_of, place

pytestmark = pytest.mark.django_db
ORDERS = "/api/orders/"


@pytest.fixture
def api(as_user: Any, alice: User, aapl: Any) -> Any:
    return as_user(alice)


def amendment(order: Order, **changes: Any) -> dict[str, Any]:
    return {"id": order.pk, "expected_version": order.version} | changes


@pytest.mark.both_databases
def test_a_list_of_amendments_leaves_what_single_ones_would(api: Any, alice: User) -> None:
    single, first, second = place(alice), place(alice), place(alice)
    change = {"quantity": "20", "price": "585.34", "text": "more"}
    alone = api.patch(f"{ORDERS}{single.pk}/", {"expected_version": 1} | change, format="json").json()
    response = api.patch(ORDERS, [amendment(second, **change), amendment(first, **change)], format="json")
    assert response.status_code == 200
    assert [row["id"] for row in response.json()] == [second.pk, first.pk]
    own = {"id", "client_order_id", "created_at", "updated_at"}
    for row in response.json():
        assert {name: row[name] for name in row.keys() - own} == {name: alone[name] for name in alone.keys() - own}
        assert row == api.get(f"{ORDERS}{row['id']}/").json()
    assert head_of(alice) == 6
    told = [(e["kind"], e["order"]["id"], e["order"]["version"], e["source"], e["actor"]) for e in log_of(alice, 4)]
    assert told == [("amended", pk, 2, "rest", "alice") for pk in (second.pk, first.pk)]


def test_an_amendment_that_changes_nothing_is_no_event(api: Any, alice: User) -> None:
    order = place(alice)
    [row] = api.patch(ORDERS, [amendment(order, quantity="100.0")], format="json").json()
    assert (row["version"], head_of(alice)) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"quantity": "0"}, 400, "validation_failed"),
        ({"expected_version": 7}, 409, "version_conflict"),
        ({"side": "sell"}, 400, "validation_failed"),
        ({"id": 2**62}, 404, "not_found"),
        ({"id": "x"}, 400, "validation_failed"),
    ],
)
def test_one_bad_amendment_of_a_list_leaves_nothing_behind(
    api: Any, alice: User, wrong: dict[str, Any], status: int, code: str
) -> None:
    good, bad = place(alice), place(alice)
    response = api.patch(ORDERS, [amendment(good, quantity="20"), amendment(bad) | wrong], format="json")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["message"].startswith("Order 2 of the list: ")
    assert head_of(alice) == 2
    assert set(Order.objects.values_list("version", flat=True)) == {1}


def test_an_order_is_amended_once_in_a_list(api: Any, alice: User) -> None:
    order = place(alice)
    response = api.patch(ORDERS, [amendment(order, text="a"), amendment(order, text="b")], format="json")
    assert (response.status_code, list(response.json()["fields"])) == (400, ["0.id"])


def test_bob_amends_none_of_alices_orders_and_the_desk_only_watches(
    as_user: Any, alice: User, bob: User, desk: User, aapl: Any
) -> None:
    order = place(alice)
    for who, status in ((bob, 404), (desk, 403)):
        response = as_user(who).patch(ORDERS, [amendment(order, quantity="20")], format="json")
        assert response.status_code == status
    assert head_of(alice) == 1


AMOUNTS = st.one_of(
    st.sampled_from(["18", "0", "585.33", "", " 1", "1e3", "-1", "NaN", "1.", ".5", "١٠", None, 7, 1.5, True, []]),
    st.from_regex(r"[0-9]{1,17}(\.[0-9]{1,9})?", fullmatch=True),
)
TEXTS = st.one_of(st.none(), st.text(max_size=8), st.just("x" * 256), st.integers(), st.just([]))
BODIES = st.fixed_dictionaries(
    {
        "symbol": st.one_of(st.sampled_from(["AAPL", "", "A" * 21]), TEXTS),
        "side": st.sampled_from(["buy", "BUY", None]),
    },
    optional={
        "quantity": AMOUNTS,
        "price": AMOUNTS,
        "stop_price": AMOUNTS,
        "order_type": st.sampled_from(["limit", "stop", "", None, "x"]),
        "time_in_force": st.sampled_from(["day", "gtc", None, 1]),
        "text": TEXTS,
        "client_order_id": TEXTS,
        "user": TEXTS,
    },
)


@given(BODIES)
def test_a_body_read_at_a_glance_says_what_the_serializer_reads_in_it(body: dict[str, Any]) -> None:
    read = fast_path.new_order(body)
    if read is not None:
        assert serializers.slow_new_order(body) == read


def test_an_ordinary_body_is_read_at_a_glance() -> None:
    assert fast_path.new_order({"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33"}) is not None
    with pytest.raises(ValidationFailed):
        serializers.new_order({"symbol": "AAPL", "side": "buy"})
