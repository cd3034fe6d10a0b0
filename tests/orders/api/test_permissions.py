"""Nothing of another person, by any address; and what the desk and the broker may see without touching it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from orders.domain.lifecycle import Status
from orders.models import Order
from tests.orders.builders import fresh, head_of, log_of, order_in, place
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = {"exec_id": "e-1", "kind": "accept"}
BODY = {"symbol": "AAPL", "side": "buy", "quantity": "1", "price": "1"}


def attempts(client: APIClient, order: Order) -> list[tuple[str, Any]]:
    """Every address of one order, tried by this client, with the answer."""
    path = f"/api/orders/{order.pk}/"
    return [
        ("read", client.get(path)),
        ("history", client.get(f"{path}events/")),
        ("amend", client.patch(path, {"expected_version": order.version, "quantity": "7"}, format="json")),
        ("amend badly", client.patch(path, {}, format="json")),
        ("cancel", client.post(f"{path}cancel/")),
        ("execute", client.post(f"{path}executions/", REPORT, format="json")),
    ]


def test_bob_finds_nothing_of_alice_by_id(as_user: Any, alice: User, bob: User) -> None:
    order = order_in(Status.NEW, alice)
    missing = as_user(bob).get("/api/orders/999999/").json()
    for what, response in attempts(as_user(bob), order):
        assert response.status_code == 404, what
        assert response.json() == missing, what
    assert fresh(order).version == order.version
    assert head_of(alice) == 2


def test_bob_cannot_ask_for_anybody_and_learns_not_even_who_exists(as_user: Any, alice: User, bob: User) -> None:
    place(alice)

    def check(name: str, path: str) -> None:
        parameters = {"user": name, "format": "datatables"} if "datatables" in path else {"user": name}
        response = as_user(bob).get(path, parameters)
        assert response.status_code == 404
        assert response.json() == {"code": "not_found", "message": "There is no such user."}

    cases = [
        (name, path)
        for name in ["alice", "*", "nobody", "' OR 1=1"]
        for path in ["/api/orders/", "/api/orders/?format=datatables", "/api/orders/export/", "/api/events/"]
    ]
    assert failing(cases, check) == []


def test_bob_sees_his_own_alone(as_user: Any, alice: User, bob: User) -> None:
    place(alice, text="secret", client_order_id="secret")
    mine = place(bob)
    client = as_user(bob)
    for path in ("/api/orders/", "/api/orders/?user=bob", "/api/orders/?ordering=user"):
        assert [row["id"] for row in client.get(path).json()["results"]] == [mine.pk]
    assert client.get("/api/orders/?search=secret").json()["count"] == 0
    table = client.get("/api/orders/?format=datatables").json()
    assert (table["recordsTotal"], table["counts"]["all"], table["head"], table["user"]) == (1, 1, 1, "bob")
    assert {event["user"] for event in client.get("/api/events/").json()["results"]} == {"bob"}
    assert "secret" not in b"".join(client.get("/api/orders/export/").streaming_content).decode()


def test_the_user_in_a_traders_body_is_ignored(as_user: Any, alice: User, bob: User, aapl: Any) -> None:
    response = as_user(bob).post("/api/orders/", BODY | {"user": "alice"}, format="json")
    assert response.status_code == 201
    assert response.json()["user"] == "bob"
    amended = as_user(bob).patch(
        f"/api/orders/{response.json()['id']}/", {"expected_version": 1, "user": "alice", "price": "2"}, format="json"
    )
    assert (amended.status_code, amended.json()["user"], amended.json()["price"]) == (200, "bob", "2")
    assert head_of(alice) == 0


def test_the_same_client_order_id_of_another_person_is_nobodys_business(as_user: Any, alice: User, bob: User) -> None:
    place(alice, client_order_id="mine")
    response = as_user(bob).post("/api/orders/", BODY | {"client_order_id": "mine"}, format="json")
    assert response.status_code == 201


def test_a_trader_reports_no_executions_not_even_on_his_own(as_user: Any, alice: User) -> None:
    order = place(alice)
    for report in (REPORT, {}):
        response = as_user(alice).post(f"/api/orders/{order.pk}/executions/", report, format="json")
        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"
    assert fresh(order).status == Status.PENDING_NEW


@pytest.mark.parametrize("who", ["desk", "broker"])
def test_desk_and_broker_read_everything_and_change_nothing(
    request: pytest.FixtureRequest, as_user: Any, alice: User, bob: User, who: str
) -> None:
    client = as_user(request.getfixturevalue(who))
    order, other = place(alice), place(bob)
    allowed = {"read": 200, "history": 200} | ({"execute": 201} if who == "broker" else {})
    for what, response in attempts(client, order):
        assert response.status_code == allowed.get(what, 403), what
    assert [row["id"] for row in client.get("/api/orders/?user=alice").json()["results"]] == [order.pk]
    assert [row["id"] for row in client.get("/api/orders/?user=*").json()["results"]] == [other.pk, order.pk]
    assert client.get("/api/orders/").json()["count"] == 0
    assert client.get("/api/orders/?user=nobody").status_code == 404
    assert client.get("/api/events/?user=bob").json()["head"] == 1
    assert client.get("/api/events/?user=*").status_code == 400
    assert len(b"".join(client.get("/api/orders/export/?user=*").streaming_content).splitlines()) == 3
    for body in (BODY | {"user": "alice"}, [BODY | {"user": "alice"}]):
        assert client.post("/api/orders/", body, format="json").status_code == 403
    assert Order.objects.count() == 2


def test_everyones_table_tells_every_owners_head(as_user: Any, alice: User, bob: User, desk: User) -> None:
    order_in(Status.NEW, alice)
    place(bob)
    table = as_user(desk).get("/api/orders/?format=datatables&user=*").json()
    assert table["head"] == {"alice": 2, "bob": 1}
    assert table["user"] == "*"
    assert {row["user"] for row in table["data"]} == {"alice", "bob"}


def test_an_order_given_away_takes_no_history_of_its_former_owner_along(as_user: Any, alice: User, bob: User) -> None:
    order = order_in(Status.NEW, alice)
    order.user = bob
    order.save(update_fields=["user"])
    history = as_user(bob).get(f"/api/orders/{order.pk}/events/").json()
    assert [(event["user"], event["kind"]) for event in history["results"]] == [("bob", "created")]
    assert as_user(alice).get(f"/api/orders/{order.pk}/").status_code == 404
    assert as_user(alice).get(f"/api/orders/{order.pk}/events/").status_code == 404


def test_a_person_who_was_deactivated_has_no_token_that_works(alice: User) -> None:
    key = Token.objects.create(user=alice).key
    client = APIClient(headers={"authorization": f"Token {key}"})
    assert client.get("/api/me/").status_code == 200
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert client.get("/api/me/").status_code == 401


def test_only_the_page_itself_is_recorded_as_the_page(as_user: Any, alice: User, aapl: Any) -> None:
    header = {"X-Order-Source": "page"}
    page = APIClient()
    page.force_login(alice)
    page.post("/api/orders/", BODY, format="json", headers=header)
    page.post("/api/orders/", BODY, format="json")
    page.post("/api/orders/", BODY, format="json", headers={"X-Order-Source": "system"})
    as_user(alice).post("/api/orders/", BODY, format="json", headers=header)
    assert [event["source"] for event in log_of(alice)] == ["page", "rest", "rest", "rest"]
    assert {event["actor"] for event in log_of(alice)} == {"alice"}
