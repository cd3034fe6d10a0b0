"""A body counts by its content, and is no larger than its view needs; an answer without one ends with its header."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test.client import encode_multipart

from market.models import Instrument
from orders.api.json import MOST_PARTS, SMALL_BYTES, has_too_many_parts
from orders.live.threads import in_thread
from orders.models import Order
from tests.orders.builders import place
from tests.servers import PASSWORD, wait_for
from tests.tables import failing
from tests.webapp import asgi
from tests.webapp.asgi import Site, by_session, by_token
from webapp import handler
from webapp.handler import body_limit

ORDER = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33"}
LARGE = 4 * 1024 * 1024


@pytest.fixture
async def site(transactional_db: None) -> AsyncIterator[Site]:
    async with asgi.site() as found:
        yield found


def longest_order(number: int) -> dict[str, str]:
    """As large as an order can be: a text of characters that JSON writes in twelve."""
    return ORDER | {
        "client_order_id": f"{number:036d}",
        "order_type": "stop_limit",
        "stop_price": "100000000000000",
        "time_in_force": "gtc",
        "text": "\N{CHART WITH UPWARDS TREND}" * 255,
    }


async def test_a_cancel_whose_body_declares_no_length_checks_its_version(
    site: Site, alice: User, aapl: Instrument
) -> None:
    order, token = await in_thread(place, alice), await in_thread(by_token, alice)

    refused = await site.ask("POST", f"/api/orders/{order.pk}/cancel/", {"expected_version": 99}, token, piece=5)

    assert (refused.status, refused.json()["code"]) == (409, "version_conflict")
    assert (await in_thread(Order.objects.get, pk=order.pk)).status == "pending_new"


async def test_every_body_counts_by_its_content_whether_it_declares_a_length_or_not(
    site: Site, alice: User, broker: User, administrator: User, aapl: Instrument
) -> None:
    trader, executing = await in_thread(by_token, alice), await in_thread(by_token, broker)
    session = await in_thread(by_session, administrator)
    sign_in = {"username": "alice", "password": PASSWORD}
    multipart = encode_multipart("border", sign_in)
    instrument = {"symbol": "XYZ", "name": "Xyz", "currency": "USD", "tick_size": "1", "lot_size": "1"}

    placed = await site.ask("POST", "/api/orders/", ORDER, trader, piece=7)
    path = f"/api/orders/{placed.json()['id']}/"
    amendment = {"expected_version": 1, "quantity": "19"}
    statuses = [
        placed.status,
        (await site.ask("POST", "/api/orders/", [ORDER, ORDER], trader, piece=7)).status,
        (await site.ask("PATCH", path, amendment, trader, piece=7)).status,
        (await site.ask("POST", f"{path}executions/", {"exec_id": "x", "kind": "accept"}, executing, piece=7)).status,
        (await site.ask("POST", "/api/token/", sign_in, piece=7)).status,
        (await site.ask("POST", "/api/token/", multipart, kind="multipart/form-data; boundary=border", piece=7)).status,
        (await site.post_form("/accounts/login/", sign_in, await in_thread(by_session, None), piece=7)).status,
        (
            await site.post_form(
                "/admin/market/instrument/add/", instrument | {"price_decimals": "0"}, session, piece=7
            )
        ).status,
    ]

    assert statuses == [201, 201, 200, 201, 200, 200, 302, 302]


async def test_an_answer_to_head_and_one_without_a_body_end_with_their_header(
    site: Site, alice: User, aapl: Instrument
) -> None:
    token = await in_thread(by_token, alice)
    await in_thread(place, alice)

    for path in ("/api/orders/export/", "/api/schema/", "/api/orders/", "/api/nothing/"):
        head, whole = await site.ask("HEAD", path, b"", token), await site.ask("GET", path, b"", token)
        assert (head.status, head.body, head.headers.keys()) == (whole.status, b"", whole.headers.keys()), path
        assert whole.body

    first = await site.ask("GET", "/api/instruments/", b"", token)
    again = await site.ask("GET", "/api/instruments/", b"", token, (b"if-none-match", first.headers["etag"].encode()))
    assert (again.status, again.body) == (304, b"")
    assert "content-length" not in again.headers


async def test_a_body_beyond_what_its_view_needs_is_refused_and_one_as_large_as_it_needs_is_not(
    site: Site, alice: User, aapl: Instrument
) -> None:
    token = await in_thread(by_token, alice)
    order = await in_thread(place, alice)
    path = f"/api/orders/{order.pk}/"
    listed = [longest_order(number) for number in range(1000)]

    async def status(method: str, path: str, body: bytes, *headers: asgi.Header) -> int:
        answer = await site.ask(method, path, body, *headers)
        assert answer.json()["code"] == "message_too_big" or answer.status != 413
        return answer.status

    too_big, fits = b" " * (SMALL_BYTES + 1), b" " * (SMALL_BYTES - 2) + b"{}"
    for method, small in (("POST", "/api/token/"), ("PATCH", path), ("POST", f"{path}executions/")):
        assert await status(method, small, too_big, token) == 413, small
        assert await status(method, small, fits, token) in (400, 403), small
    assert await status("POST", f"{path}cancel/", too_big, token) == 413
    assert await status("POST", "/api/orders/", too_big) == 413, "nobody unnamed sends a large body"
    for path, words in (("/api/orders/", "here without a sign-in."), ("/api/token/", "16 KiB can be sent here.")):
        assert (await site.ask("POST", path, too_big)).json()["message"].endswith(words)
    assert await status("POST", "/api/orders/", too_big, (b"authorization", b"Token nonsense")) == 401
    assert await status("POST", "/api/orders/", b" " * (LARGE + 1), token) == 413
    assert (await site.ask("POST", "/api/orders/", listed, token)).status == 201


async def test_two_large_bodies_are_at_work_at_once_and_small_ones_beside_them(
    site: Site, alice: User, aapl: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await in_thread(by_token, alice)
    entered: list[int] = []
    go_on = threading.Event()
    answer = handler.ThreadedHandler._answer

    def slowly(self: Any, request: HttpRequest) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > SMALL_BYTES:
            entered.append(1)
            go_on.wait(60)
        return answer(self, request)

    monkeypatch.setattr(handler.ThreadedHandler, "_answer", slowly)
    body = b" " * SMALL_BYTES + b"[]"
    large = [asyncio.create_task(site.ask("POST", "/api/orders/", body, token)) for _ in range(4)]
    try:
        await in_thread(wait_for, lambda: len(entered) == handler.LARGE_AT_ONCE, "large bodies at work")
        assert (await site.ask("GET", "/api/me/", b"", token)).status == 200
        assert len(entered) == handler.LARGE_AT_ONCE
    finally:
        go_on.set()
    assert {(await each).status for each in large} == {400}
    assert len(entered) == 4


def test_a_body_of_more_values_than_orders_can_have_is_refused_before_it_becomes_objects() -> None:
    def is_refused(body: bytes) -> None:
        assert has_too_many_parts(body)

    many = MOST_PARTS + 1
    cases = [b'{"username":[' + b"{}," * many + b"1]}", b"[" * many, b'["",' + b'"",' * many, b'"' * 4 * many]
    assert failing([(body,) for body in cases], is_refused) == []

    text = ',[{"' * 63
    orders = [longest_order(number) | {"text": text} for number in range(1000)]
    assert not has_too_many_parts(json.dumps(orders).encode())
    assert not has_too_many_parts(b'{"text": "' + b'\\"' * many + b'"}')


async def test_a_body_of_which_nothing_comes_any_more_is_answered_408(
    site: Site, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_limit, "SILENT_SECONDS", 0.05)
    token = await in_thread(by_token, alice)

    answer = await site.ask("POST", "/api/orders/", json.dumps(ORDER).encode(), token, piece=5, is_cut=True)

    assert (answer.status, answer.json()["code"], answer.headers["connection"]) == (408, "bad_request", "close")
    assert await in_thread(Order.objects.count) == 0
