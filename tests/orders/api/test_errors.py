"""Bad requests get a clear answer in one shape, never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.template.loader import render_to_string
from rest_framework.test import APIClient

from orders import trading
from orders.models import Order
from tests.orders.builders import fresh, place
from tests.servers import PASSWORD
from tests.tables import failing

pytestmark = pytest.mark.django_db

LISTS = ["/api/orders/", "/api/orders/?format=datatables", "/api/orders/export/", "/api/events/"]


@pytest.fixture
def api(as_user: Any, alice: User, aapl: Any) -> Any:
    return as_user(alice)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, after a look at its shape."""
    assert response.status_code == status, response.content
    body: dict[str, Any] = response.json()
    assert body.keys() <= {"code", "message", "fields", "current"}
    assert body["code"] == code
    assert body["message"]
    assert all(isinstance(messages, list) for messages in body.get("fields", {}).values())
    return body


def test_what_is_not_json_is_refused(api: Any) -> None:
    def check(body: bytes) -> None:
        response = api.post("/api/orders/", data=body, content_type="application/json")
        refused(response, 400, "bad_json")

    cases = [
        b"{",
        b"\xff\xfe",
        b'{"symbol": "\\ud800"}',
        b'{"quantity": NaN}',
        b'{"quantity": -Infinity}',
        b'{"quantity": 1e999}',
        b'{"quantity": ' + b"9" * 400 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"'single'",
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("charset", ["zlib_codec", "utf-16", "base64", "rot13", "nonsense"])
def test_a_body_is_utf_8_whatever_charset_it_claims(api: Any, charset: str) -> None:
    body = json.dumps({"symbol": "AAPL", "side": "buy", "quantity": "1", "price": "1"}).encode()
    response = api.post("/api/orders/", data=body, content_type=f"application/json; charset={charset}")
    assert response.status_code == 201


def test_a_body_that_is_too_large_is_not_read(api: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = api.post("/api/orders/", data=b" " * 1001, content_type="application/json")
    refused(response, 413, "message_too_big")


def test_other_content_than_json_is_refused(api: Any) -> None:
    refused(api.post("/api/orders/", data="x", content_type="text/plain"), 415, "unsupported_media_type")
    refused(
        api.post("/api/orders/", data="a=b", content_type="application/x-www-form-urlencoded"),
        415,
        "unsupported_media_type",
    )


def test_an_answer_that_is_not_spoken_here_is_refused(api: Any) -> None:
    refused(api.get("/api/orders/", headers={"accept": "image/png"}), 406, "not_acceptable")


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/orders/", "put"), ("/api/orders/", "delete"), ("/api/events/", "post"), ("/api/me/", "post")],
)
def test_a_method_that_is_not_there_is_refused(api: Any, path: str, method: str) -> None:
    refused(getattr(api, method)(path), 405, "method_not_allowed")


def test_an_unknown_address_is_json_too(api: Any) -> None:
    refused(api.get("/api/nothing/"), 404, "not_found")
    refused(api.get("/api/orders/abc/"), 404, "not_found")


def test_nobody_unnamed_gets_in(db: None) -> None:
    def check(path: str) -> None:
        response = APIClient().get(path)
        refused(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Token"

    cases = [*LISTS, "/api/me/", "/api/instruments/", "/api/demo/", "/api/orders/1/"]
    assert failing(cases, check) == []


def test_a_bad_token_is_no_sign_in(db: None) -> None:
    def check(token: str) -> None:
        response = APIClient().get("/api/me/", headers={"authorization": token})
        assert response.status_code in (400, 401)
        refused(response, response.status_code, "unauthenticated" if response.status_code == 401 else "bad_request")

    cases = ["Token", "Token a b", "Token \0", "Token nonsense", "Token ä", "Basic YTpi"]
    assert failing(cases, check) == []


def test_a_session_without_its_csrf_token_changes_nothing(alice: User, aapl: Any) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)
    refused(client.post("/api/orders/", {"symbol": "AAPL"}, format="json"), 403, "forbidden")
    assert not Order.objects.exists()


def test_parameters_that_make_no_sense_are_refused_everywhere(api: Any) -> None:
    def check(path: str, parameters: str) -> None:
        refused(api.get(f"{path}{'&' if '?' in path else '?'}{parameters}"), 400, "validation_failed")

    cases = [
        (path, parameters)
        for path in LISTS
        for parameters in [
            "user=%00",
            "user=alice%00",
            "user=%E2%80%AEalice",
            "%00=1",
            "symbol[]=AAPL",
            "nonsense=1",
            "user__password=x",
            "user=alice&user=alice",
            "user=" + "a" * 3000,
            "format=xml",
            "format=%00",
            "a=1&" * 1100,
        ]
    ]
    assert failing(cases, check) == []


def test_a_write_ignores_no_parameter_either(api: Any, as_user: Any, alice: User, broker: User) -> None:
    order = place(alice)
    new = {"symbol": "AAPL", "side": "buy", "quantity": "1", "price": "1"}

    def check(client: Any, method: str, path: str, body: Any) -> None:
        for parameters in ("dry_run=true", "user=alice", "page=1", "format=json&format=json"):
            told = refused(
                getattr(client, method)(f"{path}?{parameters}", body, format="json"), 400, "validation_failed"
            )
            assert list(told["fields"]) == [parameters.partition("=")[0]]

    cases = [
        (api, "post", "/api/orders/", new),
        (api, "patch", "/api/orders/", [{"id": order.pk, "expected_version": 1, "text": "x"}]),
        (api, "patch", f"/api/orders/{order.pk}/", {"expected_version": 1, "text": "x"}),
        (api, "post", f"/api/orders/{order.pk}/cancel/", {}),
        (as_user(broker), "post", f"/api/orders/{order.pk}/executions/", {"exec_id": "e", "kind": "accept"}),
        (APIClient(), "post", "/api/token/", {"username": "alice", "password": PASSWORD}),
    ]
    assert failing(cases, check) == []
    assert (Order.objects.count(), fresh(order).version) == (1, 1)
    assert api.post("/api/orders/?format=json&_=1", new, format="json").status_code == 201


def test_a_filter_that_cannot_be_is_told_by_name(api: Any) -> None:
    def check(path: str, name: str, value: str) -> None:
        body = refused(
            api.get(path, {name: value, "format": "datatables"} if "datatables" in path else {name: value}),
            400,
            "validation_failed",
        )
        assert list(body["fields"]) == [name]

    cases = [
        (path, name, value)
        for path in LISTS[:3]
        for name, value in [
            ("tab", "everything"),
            ("side", "hold"),
            ("status", "new,lost"),
            ("order_type", "iceberg"),
            ("created_after", "yesterday"),
            ("created_after", "2026-01-01"),
            ("created_after", "2026-01-01T00:00:00"),
            ("created_after", "2026-02-31T00:00:00Z"),
            ("created_before", "0001-01-01T00:00:00+14:00"),
            ("created_before", "9999-12-31T23:59:59-14:00"),
            ("created_before", "２０２６-01-01T00:00:00Z"),
            ("symbol", ",".join(["AAPL"] * 51)),
        ]
    ]
    assert failing(cases, check) == []


def test_a_number_or_column_out_of_bounds_is_told_by_name(api: Any) -> None:
    def check(path: str, name: str, value: str) -> None:
        assert list(refused(api.get(path, {name: value}), 400, "validation_failed")["fields"]) == [name]

    cases = [
        ("/api/orders/", "page", "abc"),
        ("/api/orders/", "page", "0"),
        ("/api/orders/", "page", "-1"),
        ("/api/orders/", "page", "9" * 400),
        ("/api/orders/", "page", "１"),
        ("/api/orders/", "page_size", "1001"),
        ("/api/orders/", "page_size", "0"),
        ("/api/orders/", "page_size", "1e3"),
        ("/api/orders/", "ordering", "user__password"),
        ("/api/orders/", "ordering", "?"),
        ("/api/orders/", "ordering", "--id"),
        ("/api/orders/", "search", "x" * 101),
        ("/api/events/", "after", "-1"),
        ("/api/events/", "after", "abc"),
        ("/api/events/", "after", "9" * 400),
        ("/api/events/", "limit", "0"),
        ("/api/events/", "limit", "1001"),
    ]
    assert failing(cases, check) == []


def test_no_search_term_is_more_than_text(api: Any, alice: User) -> None:
    place(alice)

    def check(term: str) -> None:
        response = api.get("/api/orders/", {"search": term})
        assert response.status_code == 200
        assert response.json()["count"] == 0

    cases = ["%", "_", "\\", "'", '"', "--", "(a+)+$", "*", "😀", "Ä", "%00"]
    assert failing(cases, check) == []


@pytest.mark.parametrize("cookie", ['"\\000"', '"abcdefgh\\000ijkl"'])
def test_a_nul_in_a_cookie_is_refused(db: None, cookie: str) -> None:
    response = APIClient().get("/api/me/", headers={"cookie": f"sessionid={cookie}"})
    refused(response, 400, "bad_request")


def test_a_database_that_is_away_is_said_to_be(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("orders.listing.paging.orders_of", away)
    body = refused(api.get("/api/orders/"), 503, "unavailable")
    assert "server closed" not in body["message"]
    assert "Try again" in body["message"]


def test_what_one_person_sees_is_kept_by_no_cache(api: Any, alice: User) -> None:
    order = place(alice)
    for path in (*LISTS, "/api/me/", f"/api/orders/{order.pk}/", f"/api/orders/{order.pk}/events/"):
        assert api.get(path).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("fails", "status"), [(RuntimeError, 500), (OperationalError, 503)])
def test_a_fault_after_the_commit_does_not_say_that_nothing_was_done(
    alice: User, aapl: Any, fails: type[Exception], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_many = trading.place_many

    def breaks(*given: Any) -> None:
        place_many(*given)
        raise fails("a secret of the inside")

    client = APIClient(raise_request_exception=False)
    client.force_authenticate(alice)
    body = {"client_order_id": "mine", "symbol": "AAPL", "side": "buy", "quantity": "1", "price": "1"}
    with monkeypatch.context() as patch:
        patch.setattr(trading, "place_many", breaks)
        placing = client.post("/api/orders/", [body], format="json")
    told = refused(placing, status, "internal" if status == 500 else "unavailable")
    assert "not known" in told["message"]
    assert "secret" not in told["message"]
    # And so one finds out.
    assert client.post("/api/orders/", [body], format="json").headers["Idempotent-Replay"] == "true"
    assert Order.objects.count() == 1


def test_what_somebody_mistypes_is_no_trouble_of_the_sites(api: Any, caplog: pytest.LogCaptureFixture) -> None:
    for path, status in (("/api/orders/?nonsense=1", 400), ("/api/orders/1/", 404), ("/nowhere/", 404)):
        assert api.get(path).status_code in (status, 302)
    assert api.put("/api/orders/").status_code == 405
    assert caplog.records == []


def test_the_page_of_a_fault_does_not_say_that_nothing_was_done() -> None:
    assert "not known" in render_to_string("500.html")
