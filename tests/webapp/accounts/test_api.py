"""Tokens, who one is, what can be traded, and the demo's switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from demo import switch
from market.models import Instrument
from tests import servers
from tests.tables import failing

pytestmark = pytest.mark.django_db

FAILURES = 5


def sign_in(password: str, name: str = "alice", **how: Any) -> Any:
    return APIClient().post("/api/token/", {"username": name, "password": password}, **({"format": "json"} | how))


@pytest.fixture
def demo_alice(alice: User) -> User:
    alice.groups.add(Group.objects.create(name="demo"))
    return alice


def test_name_and_password_make_a_token_that_signs_in(alice: User) -> None:
    response = sign_in(servers.PASSWORD)
    assert response.status_code == 200
    assert response.json() == {"token": Token.objects.get(user=alice).key}
    client = APIClient(headers={"authorization": f"Token {response.json()['token']}"})
    assert client.get("/api/me/").json()["user"] == "alice"
    assert sign_in(servers.PASSWORD).json() == response.json()


def test_a_form_will_do_for_a_token(alice: User) -> None:
    form = {"data": f"username=alice&password={servers.PASSWORD}", "content_type": "application/x-www-form-urlencoded"}
    assert APIClient().post("/api/token/", **form).status_code == 200
    assert sign_in(servers.PASSWORD, format="multipart").status_code == 200


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_a_wrong_password_tells_nothing_of_who_exists(alice: User, name: str) -> None:
    response = sign_in("wrong", name)
    assert response.status_code == 400
    assert response.json() == {"code": "validation_failed", "message": "Name and password do not match."}
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "alice"},
        {"username": "a\0", "password": "x"},
        {"username": ["alice"], "password": "x"},
        {"username": "\u202ealice", "password": "x"},
        {"username": "x" * 151, "password": "x"},
        [],
        "x",
    ],
)
def test_a_sign_in_that_cannot_be_read_is_refused(db: None, body: Any) -> None:
    response = APIClient().post("/api/token/", body, format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "validation_failed"


def test_a_password_may_hold_anything(alice: User) -> None:
    assert sign_in("wrong\0wrong").json()["message"] == "Name and password do not match."


def test_failed_sign_ins_count_until_nobody_gets_in(alice: User) -> None:
    for _ in range(FAILURES - 1):
        assert sign_in("wrong").status_code == 400
    for password in ("wrong", servers.PASSWORD):
        response = sign_in(password)
        assert response.status_code == 429
        assert response.json() == {"code": "rate_limited", "message": "Too many attempts have failed. Try again later."}
        assert 890 < int(response.headers["Retry-After"]) <= 900
    assert not Token.objects.exists()


def test_trying_while_locked_out_does_not_make_it_last_longer(alice: User) -> None:
    for _ in range(FAILURES):
        sign_in("wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))

    answers = [sign_in("wrong") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {429}
    assert {int(answer.headers["Retry-After"]) // 10 for answer in answers} <= {29, 30}
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15))
    assert sign_in(servers.PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver:8000"},
        {"origin": "http://testserver@evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_foreign_page_neither_signs_in_nor_locks_anybody_out(alice: User, headers: dict[str, str]) -> None:
    form = {"data": f"username=alice&password={servers.PASSWORD}", "content_type": "application/x-www-form-urlencoded"}
    for _ in range(FAILURES + 1):
        response = APIClient().post("/api/token/", **form, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert not AccessAttempt.objects.exists()
    assert not Token.objects.exists()


def test_a_page_of_this_site_or_a_listed_one_may_ask_for_a_token(alice: User, settings: Any) -> None:
    settings.ALLOWED_ORIGINS = ["https://desk.example"]
    for headers in (
        {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        {"origin": "https://desk.example", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
    ):
        assert sign_in(servers.PASSWORD, headers=headers).status_code == 200, headers


def test_a_sign_in_that_succeeds_forgets_the_failed_ones(alice: User) -> None:
    for _ in range(2):
        for _ in range(FAILURES - 1):
            assert sign_in("wrong").status_code == 400
        assert sign_in(servers.PASSWORD).status_code == 200


def test_a_person_asks_who_he_is(as_user: Any, demo_alice: User, desk: User, broker: User) -> None:
    demo_alice.first_name, demo_alice.last_name = "Alice", "Adams"
    demo_alice.save(update_fields=["first_name", "last_name"])
    nobody = {"is_demo": False, "can_watch": False, "can_execute": False}
    assert as_user(demo_alice).get("/api/me/").json() == {"user": "alice", "display": "Alice Adams"} | nobody | {
        "is_demo": True
    }
    assert as_user(desk).get("/api/me/").json() == {"user": "desk", "display": "desk"} | nobody | {"can_watch": True}
    both = {"can_watch": True, "can_execute": True}
    assert as_user(broker).get("/api/me/").json() == {"user": "broker", "display": "broker"} | nobody | both


def test_instruments_are_listed_once_and_again_only_when_they_change(
    as_user: Any, alice: User, aapl: Instrument
) -> None:
    client = as_user(alice)
    first = client.get("/api/instruments/")
    assert first.json() == [
        {
            "symbol": "AAPL",
            "name": "Apple",
            "currency": "USD",
            "tick_size": "0.01",
            "lot_size": "1",
            "price_decimals": 2,
            "active": True,
        }
    ]
    seen = {"if-none-match": first.headers["ETag"]}
    again = client.get("/api/instruments/", headers=seen)
    assert (again.status_code, again.content) == (304, b"")
    assert (
        client.get("/api/instruments/", headers={"if-none-match": f'"x", W/{seen["if-none-match"]}'}).status_code == 304
    )
    aapl.active = False
    aapl.save(update_fields=["active"])
    assert client.get("/api/instruments/", headers=seen).json()[0]["active"] is False


def test_a_demo_person_starts_and_stops_the_flow(
    as_user: Any, demo_alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: dict[str, datetime] = {}
    ends_at = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    monkeypatch.setattr(switch, "start", lambda user: runs.setdefault(user.get_username(), ends_at))
    monkeypatch.setattr(switch, "stop", lambda user: runs.clear())
    monkeypatch.setattr(switch, "running", lambda user: runs.get(user.get_username()))
    client = as_user(demo_alice)
    assert client.get("/api/demo/").json() == {"running": False, "ends_at": None}
    started = client.post("/api/demo/")
    assert started.status_code == 201
    assert (
        started.json() == {"running": True, "ends_at": "2026-01-31T09:30:00.000000Z"} == client.get("/api/demo/").json()
    )
    assert client.delete("/api/demo/").json() == {"running": False, "ends_at": None}


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_the_demo_flow_is_for_demo_people(as_user: Any, alice: User, method: str) -> None:
    response = getattr(as_user(alice), method)("/api/demo/")
    assert response.status_code == 403
    assert response.json() == {"code": "forbidden", "message": "Only demo people can use the demo flow."}


@pytest.mark.parametrize("method", ["post", "delete"])
def test_the_demo_flow_s_switch_ignores_nothing_that_it_is_told(
    as_user: Any, demo_alice: User, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched: list[User] = []
    monkeypatch.setattr(switch, "start", switched.append)
    monkeypatch.setattr(switch, "stop", switched.append)

    def answer(path: str, body: str) -> Any:
        return getattr(as_user(demo_alice), method)(path, data=body.encode(), content_type="application/json")

    def check(path: str, body: str, *fields: str) -> None:
        response = answer(path, body)
        assert (response.status_code, list(response.json().get("fields", {}))) == (400, list(fields))

    cases = [
        ("/api/demo/?minutes=5", "{}", "minutes"),
        ("/api/demo/", '{"minutes":5}', "minutes"),
        ("/api/demo/", '{"user":"bob","user":"alice"}', "user"),
        ("/api/demo/", "[]"),
        ("/api/demo/", "{"),
    ]
    assert failing(cases, check) == []
    assert switched == []
    assert answer("/api/demo/", '{"user":"bob"}').status_code in (200, 201)
