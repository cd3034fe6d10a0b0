"""REST on one order: read, amend, cancel, execute."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.domain import rows
from orders.domain.lifecycle import Status
from tests.orders.builders import fresh, head_of, log_of, order_in, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(as_user: Any, alice: User) -> Any:
    return as_user(alice)


def test_an_order_is_read_by_its_id(api: Any, alice: User) -> None:
    order = place(alice)
    assert api.get(f"/api/orders/{order.pk}/").json() == rows.order_row(fresh(order))


def test_an_amendment_names_the_version_it_expects(api: Any, alice: User) -> None:
    order = place(alice)
    body = {"expected_version": 1, "quantity": "150", "price": "580", "text": "cheaper"}
    response = api.patch(f"/api/orders/{order.pk}/", body, format="json")
    assert response.status_code == 200
    assert response.json() == rows.order_row(fresh(order))
    assert response.json()["quantity"] == "150"
    assert response.json()["version"] == 2
    assert log_of(alice)[-1]["kind"] == "amended"


def test_a_stale_version_is_a_conflict_that_shows_the_order(api: Any, alice: User) -> None:
    order = order_in(Status.NEW, alice)
    seen = api.get(f"/api/orders/{order.pk}/").json()
    api.patch(f"/api/orders/{order.pk}/", {"expected_version": 2, "quantity": "90"}, format="json")
    response = api.patch(f"/api/orders/{order.pk}/", seen | {"expected_version": 2, "quantity": "80"}, format="json")
    assert response.status_code == 409
    assert response.json()["code"] == "version_conflict"
    assert response.json()["current"] == rows.order_row(fresh(order))


def test_a_whole_order_sent_back_amends_what_may_be_amended(api: Any, alice: User) -> None:
    order = place(alice)
    seen = api.get(f"/api/orders/{order.pk}/").json()
    response = api.patch(f"/api/orders/{order.pk}/", seen | {"expected_version": 1, "price": "1"}, format="json")
    assert response.status_code == 200
    assert response.json()["price"] == "1"


@pytest.mark.parametrize("wanted", [{"symbol": "BTCUSD"}, {"side": "sell"}, {"status": "filled"}, {"cum_qty": "5"}])
def test_what_is_fixed_cannot_be_amended(api: Any, alice: User, wanted: dict[str, str]) -> None:
    order = place(alice)
    response = api.patch(f"/api/orders/{order.pk}/", wanted | {"expected_version": 1}, format="json")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == list(wanted)
    assert head_of(alice) == 1


@pytest.mark.parametrize(
    "body", [{}, {"quantity": "5"}, {"expected_version": "x"}, {"expected_version": 10**30}, [], 1]
)
def test_an_amendment_without_a_good_version_is_refused(api: Any, alice: User, body: Any) -> None:
    order = place(alice)
    response = api.patch(f"/api/orders/{order.pk}/", body, format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "validation_failed"


@pytest.mark.parametrize("method", ["put", "delete", "post"])
def test_an_order_is_neither_replaced_nor_deleted(api: Any, alice: User, method: str) -> None:
    order = place(alice)
    response = getattr(api, method)(f"/api/orders/{order.pk}/", {}, format="json")
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "PATCH", "HEAD", "OPTIONS"}
    assert fresh(order).version == 1


def test_cancelling_ends_an_order_nobody_accepted_and_asks_for_a_working_one(api: Any, alice: User) -> None:
    waiting, working = place(alice), order_in(Status.NEW, alice)
    assert api.post(f"/api/orders/{waiting.pk}/cancel/").json()["status"] == "canceled"
    response = api.post(f"/api/orders/{working.pk}/cancel/", {"expected_version": 2}, format="json")
    assert response.status_code == 200
    assert response.json()["status"] == "pending_cancel"


def test_an_illegal_step_is_a_conflict(api: Any, alice: User) -> None:
    order = order_in(Status.FILLED, alice)
    for response in (
        api.post(f"/api/orders/{order.pk}/cancel/"),
        api.patch(f"/api/orders/{order.pk}/", {"expected_version": order.version, "quantity": "300"}, format="json"),
    ):
        assert response.status_code == 409
        assert response.json()["code"] == "invalid_transition"
        assert response.json()["current"] == rows.order_row(fresh(order))


def test_cancelling_a_version_that_has_passed_is_a_conflict(api: Any, alice: User) -> None:
    order = order_in(Status.NEW, alice)
    response = api.post(f"/api/orders/{order.pk}/cancel/", {"expected_version": 1}, format="json")
    assert response.status_code == 409
    assert response.json()["code"] == "version_conflict"


def test_a_broker_reports_an_execution_once(as_user: Any, alice: User, broker: User) -> None:
    order, api = place(alice), as_user(broker)
    accept = {"exec_id": "e-1", "kind": "accept"}
    fill = {"exec_id": "e-2", "kind": "fill", "last_qty": "40", "last_price": "585.30", "text": "half"}
    assert api.post(f"/api/orders/{order.pk}/executions/", accept, format="json").json()["status"] == "new"
    first = api.post(f"/api/orders/{order.pk}/executions/", fill, format="json")
    assert first.status_code == 201
    assert first.json()["cum_qty"] == "40"
    assert first.json()["avg_price"] == "585.3"
    again = api.post(f"/api/orders/{order.pk}/executions/", fill | {"last_qty": "40.0"}, format="json")
    assert again.status_code == 200
    assert again.json() == first.json()
    other = api.post(f"/api/orders/{order.pk}/executions/", fill | {"last_qty": "41"}, format="json")
    assert other.status_code == 409
    assert other.json()["code"] == "duplicate_exec_id"
    assert head_of(alice) == 3
    assert log_of(alice)[-1]["actor"] == "broker"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("kind", {"kind": "bust"}),
        ("exec_id", {"exec_id": ""}),
        ("exec_id", {"exec_id": "a\0"}),
        ("last_qty", {"last_qty": "1000"}),
        ("last_qty", {"last_qty": None}),
        ("last_price", {"last_price": "NaN"}),
        ("last_price", {"last_price": "9" * 400}),
    ],
)
def test_a_bad_report_changes_nothing(
    as_user: Any, alice: User, broker: User, field: str, wrong: dict[str, Any]
) -> None:
    order = place(alice)
    body = {"exec_id": "e-1", "kind": "fill", "last_qty": "1", "last_price": "1"} | wrong
    response = as_user(broker).post(f"/api/orders/{order.pk}/executions/", body, format="json")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert head_of(alice) == 1


def test_a_fill_that_leaves_a_number_too_long_for_any_reader_is_refused(
    as_user: Any, alice: User, broker: User
) -> None:
    order = place(alice, quantity="100000000")
    path = f"/api/orders/{order.pk}/executions/"
    body = {"exec_id": "e-1", "kind": "fill", "last_qty": "0.00000001", "last_price": "5"}
    refused = as_user(broker).post(path, body, format="json")
    assert refused.status_code == 400
    assert refused.json()["fields"] == {"last_qty": ["Filled or open quantity would have more than 15 digits."]}
    assert (fresh(order).cum_qty, fresh(order).version) == (0, 1)
    taken = as_user(broker).post(path, body | {"last_qty": "0.0000001"}, format="json")
    assert (taken.status_code, taken.json()["leaves_qty"]) == (201, "99999999.9999999")


@pytest.mark.parametrize("order_id", ["0", "999999", "9" * 19, "9" * 400])
def test_no_id_is_too_strange_to_be_merely_missing(api: Any, order_id: str) -> None:
    for path in ("", "events/"):
        response = api.get(f"/api/orders/{order_id}/{path}")
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"
    assert api.post(f"/api/orders/{order_id}/cancel/").status_code == 404


def test_one_s_own_order_is_read_once_and_nobody_s_permissions(alice: User, as_user: Any) -> None:
    order = place(alice)
    path = f"/api/orders/{order.pk}/"

    def asked(method: str, path: str, body: Any = None) -> list[str]:
        """What is read of orders and of permissions, for somebody whose permissions have yet to be read."""
        client = as_user(User.objects.get(pk=alice.pk))
        with CaptureQueriesContext(connection) as queries:
            assert getattr(client, method)(path, body, format="json").status_code == 200
        read = (re.match(r"SELECT .*? FROM \"(\w+)\"", query["sql"]) for query in queries)
        return [found[1] for found in read if found and found[1] in ("orders_order", "auth_permission")]

    assert asked("get", path) == ["orders_order"]
    whole = rows.order_row(fresh(order)) | {"expected_version": 1, "text": "new"}
    assert asked("patch", path, whole) == ["orders_order"]
    assert asked("post", f"{path}cancel/") == ["orders_order"]


def test_a_broker_s_report_reads_the_order_once(alice: User, broker: User, as_user: Any) -> None:
    order = place(alice)
    with CaptureQueriesContext(connection) as queries:
        body = {"exec_id": "e-1", "kind": "accept"}
        assert as_user(broker).post(f"/api/orders/{order.pk}/executions/", body, format="json").status_code == 201
    assert sum('FROM "orders_order"' in query["sql"] for query in queries) == 1


@pytest.mark.parametrize("method", ["patch", "cancel", "executions"])
def test_a_bad_body_for_an_order_that_is_not_there_is_answered_as_any_other(
    as_user: Any, alice: User, bob: User, desk: User, method: str
) -> None:
    foreign = place(alice).pk
    for order_id, user, status in ((foreign, bob, 404), (foreign + 1, bob, 404), (foreign, desk, 403)):
        path = f"/api/orders/{order_id}/"
        client = as_user(user)
        bad = {"expected_version": "x", "nothing": 1}
        answer = (
            client.patch(path, bad, format="json")
            if method == "patch"
            else client.post(f"{path}{method}/", bad, format="json")
        )
        assert answer.status_code == status, answer.content
