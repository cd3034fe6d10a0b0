"""Who came, who tried to and who looked at others stands in the log, and nothing that opens a door."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.live.threads import in_thread
from tests.orders import builders
from tests.servers import PASSWORD
from tests.sockets import Socket, connected, session_headers, session_of

pytestmark = pytest.mark.django_db(transaction=True)


def lines(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == logger]


def test_each_sign_in_and_each_failure_is_a_line(administrator: User, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    for path in ("/accounts/login/", "/admin/login/"):
        client.post(path, {"username": "admin", "password": PASSWORD})
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"username": "admin", "password": "staple-battery"}, REMOTE_ADDR="10.0.0.7")
    client.post("/api/token/", {"username": "nobody", "password": "staple-battery"}, "application/json")
    token = client.post("/api/token/", {"username": "admin", "password": PASSWORD}, "application/json").json()["token"]

    assert lines(caplog, "webapp.accounts.sign_in_log") == [
        "'admin' signed in from 127.0.0.1 at /accounts/login/",
        "'admin' signed in from 127.0.0.1 at /admin/login/",
        "'admin' signed out from 127.0.0.1 at /accounts/logout/",
        "'admin' failed to sign in from 10.0.0.7 at /accounts/login/",
        "'nobody' failed to sign in from 127.0.0.1 at /api/token/",
        "'admin' signed in from 127.0.0.1 at /api/token/",
    ]
    assert not [secret for secret in (PASSWORD, "staple-battery", token) if secret in caplog.text]


def test_a_name_from_outside_is_one_line_in_which_nothing_is_hidden(db: None, caplog: pytest.LogCaptureFixture) -> None:
    name = "x' signed in\n2026-01-01\x1b[2J\u202e\u2028é"
    Client().post("/accounts/login/", {"username": name, "password": "wrong"})

    [told] = lines(caplog, "webapp.accounts.sign_in_log")
    assert told.startswith(r""""x' signed in\n2026-01-01\x1b[2J\u202e\u2028é" failed to sign in from """)


def test_these_lines_are_shown_though_nothing_is_wrong() -> None:
    assert logging.getLogger().level == logging.WARNING
    for name in ("webapp.accounts.sign_in_log", "orders.api.base", "orders.socket.subscriptions"):
        assert logging.getLogger(name).isEnabledFor(logging.INFO)


async def test_who_watches_others_is_told_once_a_socket(
    alice: User, desk: User, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask(client: Socket, **whose: Any) -> None:
        assert (await client.ask(type="subscribe", stream="orders", **whose))["type"] == "subscribed"

    async with connected(desk) as client:
        for whose in (
            {},
            {"user": "desk"},
            {"user": "alice"},
            {"user": "alice", "after": 0},
            {"user": "*"},
            {"user": "*"},
        ):
            await ask(client, **whose)

    assert lines(caplog, "orders.socket.subscriptions") == ["'desk' watches 'alice'", "'desk' watches everyone"]


def test_who_reads_of_others_by_rest_is_told_each_time(
    as_user: Any, alice: User, desk: User, caplog: pytest.LogCaptureFixture
) -> None:
    builders.instrument()
    order = builders.place(alice)
    client = as_user(desk)
    for query in ("", "?user=desk", "?user=alice", "?user=*", "?user=carol"):
        client.get(f"/api/orders/{query}")
    client.get("/api/events/?user=alice")
    client.get(f"/api/orders/{order.pk}/")
    as_user(alice).get(f"/api/orders/{order.pk}/")

    assert lines(caplog, "orders.api.base") == [
        "'desk' reads 'alice' at /api/orders/",
        "'desk' reads everyone at /api/orders/",
        "'desk' reads 'alice' at /api/events/",
        f"'desk' reads order {order.pk} of 'alice'",
    ]


async def test_a_refused_handshake_is_told_with_where_it_came_from(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    session = await in_thread(session_of, alice)
    for client in (("10.0.0.7", 4711), None):
        socket = Socket(*session_headers(session, "http://evil.example"))
        socket.came_from(client)
        assert not await socket.connect()

    told = lines(caplog, "orders.socket.consumer")
    assert told == ["refused: wrong origin, from 10.0.0.7", "refused: wrong origin, from ?"]
