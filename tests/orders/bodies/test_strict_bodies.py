"""Bodies and commands mean one thing: a number as it stands, a field that is known, a key once, one order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain.lifecycle import Status
from orders.live.threads import in_thread
from orders.models import Order
from tests.market.values.test_decimals import FOREIGN, ZEROS
from tests.orders import builders
from tests.orders.builders import fresh, head_of, order_in, place
from tests.servers import PASSWORD
from tests.sockets import connected
from tests.tables import failing

ORDERS = "/api/orders/"
BODY = {"symbol": "AAPL", "side": "buy", "quantity": "100", "price": "585.33"}
HOW = "Write 25000 or 1.1, without grouping or exponents."
TOO_LONG = "At most 15 significant digits and 8 decimals."


def put(text: str, value: object) -> str:
    """The text with the value in the place of its question mark."""
    return text.replace("?", str(value))


def sent(client: Any, method: str, path: str, text: str) -> tuple[int, dict[str, list[str]]]:
    """The status, and what is told of the fields, of a body that is sent as this very text."""
    response = getattr(client, method)(path, data=text.encode(), content_type="application/json")
    body = response.json()
    return response.status_code, body.get("fields", {}) if isinstance(body, dict) else {}


@pytest.mark.django_db
class TestRest:
    @pytest.fixture
    def api(self, as_user: Any, alice: User, aapl: Any) -> Any:
        return as_user(alice)

    def test_an_amount_is_written_in_one_way_wherever_it_is_sent(
        self, api: Any, as_user: Any, alice: User, broker: User
    ) -> None:
        order = order_in(Status.NEW, alice)
        fill = {"exec_id": "e-1", "kind": "fill", "last_qty": "1", "last_price": "1"}

        def check(text: str, told: str = HOW) -> None:
            for client, method, path, body, field in (
                (api, "post", ORDERS, BODY | {"quantity": text}, "quantity"),
                (api, "post", ORDERS, [BODY | {"price": text}], "0.price"),
                (api, "patch", f"{ORDERS}{order.pk}/", {"expected_version": 2, "quantity": text}, "quantity"),
                (api, "patch", ORDERS, [{"id": order.pk, "expected_version": 2, "price": text}], "0.price"),
                (as_user(broker), "post", f"{ORDERS}{order.pk}/executions/", fill | {"last_qty": text}, "last_qty"),
            ):
                status, fields = sent(client, method, path, json.dumps(body))
                assert (status, fields) == (400, {field: [told]}), (path, method)

        assert failing([*FOREIGN, *((text, TOO_LONG) for text in ZEROS)], check) == []
        assert (Order.objects.count(), head_of(alice)) == (1, 2)

    @pytest.mark.parametrize("number", ["100.00000000000000001", "99.9999999999999999999", "9007199254740993", "1e300"])
    def test_a_json_number_that_no_double_holds_is_refused(self, api: Any, alice: User, number: str) -> None:
        one = put('{"symbol":"AAPL","side":"buy","quantity":"1","price":?}', number)
        assert sent(api, "post", ORDERS, one) == (400, {"price": [TOO_LONG]})
        assert sent(api, "post", ORDERS, f"[{json.dumps(BODY)},{one}]") == (400, {"1.price": [TOO_LONG]})
        order = place(alice)
        amendment = put('{"expected_version":1,"price":?}', number)
        assert sent(api, "patch", f"{ORDERS}{order.pk}/", amendment) == (400, {"price": [TOO_LONG]})

    def test_a_json_number_that_a_double_holds_is_taken(self, api: Any) -> None:
        for number, price in (("585.33", "585.33"), ("585", "585"), ("5.85e2", "585"), ("0.1", "0.1")):
            one = put('{"symbol":"AAPL","side":"buy","quantity":3,"price":?}', number)
            response = api.post(ORDERS, data=one, content_type="application/json")
            assert (response.status_code, response.json()["price"]) == (201, price)

    @pytest.mark.parametrize("version", ['"1_0"', '"１"', '" 1"', '"1.0"', "1.0", "true", '"+1"', "0", '"x"'])
    def test_a_version_or_an_id_is_a_whole_number(self, api: Any, alice: User, version: str) -> None:
        order = place(alice)
        for method, path, text, field in (
            ("post", f"{ORDERS}{order.pk}/cancel/", '{"expected_version":?}', "expected_version"),
            ("patch", f"{ORDERS}{order.pk}/", '{"expected_version":?,"text":"x"}', "expected_version"),
            ("patch", ORDERS, '[{"expected_version":1,"id":?,"text":"x"}]', "0.id"),
        ):
            status, fields = sent(api, method, path, put(text, version))
            assert (status, list(fields)) == (400, [field])
        assert fresh(order).version == 1

    def test_a_field_that_is_left_empty_says_what_to_enter(self, api: Any) -> None:
        body = BODY | {"quantity": "", "price": "", "symbol": ""}
        told = {"symbol": ["Enter a symbol."], "quantity": ["Enter a quantity."], "price": ["Enter a price."]}
        assert sent(api, "post", ORDERS, json.dumps(body)) == (400, told)
        body = BODY | {"order_type": "stop_limit", "stop_price": ""}
        assert sent(api, "post", ORDERS, json.dumps(body)) == (400, {"stop_price": ["Enter a stop price."]})
        body = BODY | {"order_type": "market", "price": " "}
        assert sent(api, "post", ORDERS, json.dumps(body)) == (400, {"price": [HOW]})

    def test_a_field_that_is_not_known_is_refused_by_its_name(
        self, api: Any, as_user: Any, alice: User, broker: User, client: Any
    ) -> None:
        order = place(alice)
        bodies = [
            (api, "post", ORDERS, BODY | {"time_in_froce": "ioc"}, "time_in_froce"),
            (api, "post", ORDERS, BODY | {"status": "filled"}, "status"),
            (api, "post", ORDERS, [BODY, BODY | {"qty": "1"}], "1.qty"),
            (api, "patch", f"{ORDERS}{order.pk}/", {"expected_version": 1, "qty": "5"}, "qty"),
            (api, "patch", ORDERS, [{"id": order.pk, "expected_version": 1, "qty": "5"}], "0.qty"),
            (api, "post", f"{ORDERS}{order.pk}/cancel/", {"version": 9}, "version"),
            (api, "post", f"{ORDERS}{order.pk}/cancel/", {"client_order_id": "other"}, "client_order_id"),
            (
                as_user(broker),
                "post",
                f"{ORDERS}{order.pk}/executions/",
                {"exec_id": "e", "kind": "accept", "qty": 1},
                "qty",
            ),
            (client, "post", "/api/token/", {"username": "alice", "password": PASSWORD, "scope": "all"}, "scope"),
        ]
        for who, method, path, body, field in bodies:
            told = (400, {field: ["There is no such field."]})
            assert sent(who, method, path, json.dumps(body)) == told, (method, path)
        assert sent(api, "post", ORDERS, json.dumps(BODY | {"a\u202eb": 1})) == (
            400,
            {"field": ["There is no such field."]},
        )
        assert (Order.objects.count(), fresh(order).version) == (1, 1)

    @pytest.mark.parametrize("body", ["[]", "null", "0", "false", '""', "[1]"])
    def test_a_cancel_takes_an_object_or_nothing(self, api: Any, alice: User, body: str) -> None:
        order = place(alice)
        assert sent(api, "post", f"{ORDERS}{order.pk}/cancel/", body)[0] == 400
        assert api.post(f"{ORDERS}{order.pk}/cancel/").status_code == 200

    def test_a_key_that_stands_twice_is_refused_by_its_name(
        self, api: Any, as_user: Any, alice: User, broker: User, client: Any
    ) -> None:
        order = order_in(Status.NEW, alice)
        one = '{"symbol":"AAPL","side":"buy","quantity":"1","price":"1","quantity":"1000"}'
        for who, method, path, text, field in (
            (api, "post", ORDERS, one, "quantity"),
            (api, "post", ORDERS, f"[{json.dumps(BODY)},{one}]", "1.quantity"),
            (
                api,
                "patch",
                f"{ORDERS}{order.pk}/",
                '{"expected_version":9,"text":"x","expected_version":2}',
                "expected_version",
            ),
            (api, "patch", ORDERS, put('[{"id":1,"id":?,"expected_version":2}]', order.pk), "0.id"),
            (
                api,
                "post",
                f"{ORDERS}{order.pk}/cancel/",
                '{"expected_version":9,"expected_version":2}',
                "expected_version",
            ),
            (
                as_user(broker),
                "post",
                f"{ORDERS}{order.pk}/executions/",
                '{"exec_id":"e","kind":"reject","kind":"accept"}',
                "kind",
            ),
            (client, "post", "/api/token/", '{"username":"bob","username":"alice","password":"x"}', "username"),
        ):
            assert sent(who, method, path, text) == (400, {field: ["Given more than once."]}), (method, path)
        form = client.post(
            "/api/token/",
            data="username=bob&username=alice&password=x",
            content_type="application/x-www-form-urlencoded",
        )
        assert (form.status_code, form.json()["fields"]) == (400, {"username": ["Given more than once."]})
        assert (Order.objects.count(), fresh(order).version) == (1, 2)

    def test_an_amendment_that_names_another_order_is_refused_at_any_version(self, api: Any, alice: User) -> None:
        order, other = place(alice), place(alice, client_order_id="other")
        for version in (1, 7):
            for naming in ({"id": other.pk}, {"client_order_id": "other"}, {"symbol": "BTCUSD"}):
                body = json.dumps({"expected_version": version, "text": "x"} | naming)
                assert sent(api, "patch", f"{ORDERS}{order.pk}/", body) == (
                    400,
                    {next(iter(naming)): ["This field can't be amended."]},
                )
        assert fresh(order).version == 1


@pytest.mark.django_db(transaction=True)
class TestSocket:
    @pytest.fixture(autouse=True)
    def aapl(self, db: None) -> None:
        builders.instrument()

    async def test_a_command_that_names_two_orders_is_refused(self, alice: User, bob: User) -> None:
        order = await in_thread(place, alice, client_order_id="one")
        other = await in_thread(place, alice, client_order_id="two")
        foreign = await in_thread(place, bob, client_order_id="his")
        cancel, amend = {"type": "order.cancel"}, {"type": "order.amend", "expected_version": 1, "text": "x"}
        named = [
            {"order_id": order.pk, "client_order_id": "two"},
            {"order_id": order.pk, "client_order_id": "none"},
            {"order_id": order.pk, "client_order_id": 7},
        ]
        cases: list[tuple[dict[str, Any], str]] = [
            *((frame | naming, "client_order_id") for frame in (cancel, amend) for naming in named),
            *((frame | {"client_order_id": "one", "symbol": "BTCUSD"}, "symbol") for frame in (cancel, amend)),
            *((frame | {"order_id": order.pk, "user": "bob"}, "user") for frame in (cancel, amend)),
            (cancel | {"order_id": order.pk, "side": "sell"}, "side"),
            (cancel | {"order_id": order.pk, "symbol": "BTCUSD", "expected_version": 9}, "symbol"),
        ]
        told = []
        async with connected(alice) as client:
            for frame, _ in cases:
                answer = await client.ask(**frame)
                told.append((answer["type"], answer.get("code"), set(answer.get("fields", ()))))
            assert told == [("error", "validation_failed", {field}) for _, field in cases]
            for frame in (cancel, amend):
                for order_id in (foreign.pk, 10**9):  # the id decides, and it is nobody's that alice may know of
                    answer = await client.ask(**frame, order_id=order_id, client_order_id="one")
                    assert (answer["type"], answer["code"]) == ("error", "not_found")
            agreeing = {
                "order_id": other.pk,
                "client_order_id": "two",
                "symbol": "AAPL",
                "side": "buy",
                "user": "alice",
            }
            assert (await client.ask(**amend, **agreeing))["status"] == 200
            assert (await client.ask(**cancel, **agreeing))["order"]["status"] == "canceled"
        assert (await in_thread(fresh, order)).version == 1

    async def test_a_command_is_read_as_strictly_as_a_body(self, alice: User, desk: User) -> None:
        order = await in_thread(place, alice)
        place_one = '{"type":"order.place","id":1,"symbol":"AAPL","side":"buy","price":"1","quantity":?}'
        cancel = put('{"type":"order.cancel","id":1,"order_id":?,', order.pk) + "?}"
        cases = [
            *((put(place_one, json.dumps(text)), "quantity") for text in (*FOREIGN, *ZEROS)),
            (put(place_one, "100.00000000000000001"), "quantity"),
            (put(place_one, '"1","quantity":"1000"'), "quantity"),
            (put(place_one, '"1","status":"filled"'), "status"),
            (put(place_one, '"1","a:b":1,"a:b":2'), "a:b"),
            (put(cancel, '"expected_version":9,"expected_version":1'), "expected_version"),
            (put(cancel, '"expected_version":"1_0"'), "expected_version"),
            (put(cancel, '"version":1'), "version"),
            (put(cancel, '"text":"why"'), "text"),
        ]
        async with connected(alice) as client:
            told = []
            for text, _ in cases:
                await client.send_text(text)
                answer = await client.until("error")
                told.append((answer["code"], answer["status"], answer["id"], list(answer["fields"])))
            await client.send_text('{"type":"subscribe","stream":"orders","after":0,"after":1}')
            twice = await client.until("error")
        assert told == [("validation_failed", 400, 1, [field]) for _, field in cases]
        assert (twice["code"], twice["message"]) == ("bad_message", "after: Given more than once.")
        async with connected(desk) as client:
            answer = await client.ask(type="order.place", user="alice", **BODY)
            assert (answer["code"], answer["status"]) == ("forbidden", 403)
        assert await in_thread(Order.objects.count) == 1

    @pytest.mark.parametrize("number", ["1" * 30, "1e30", "12.5", str(2**64)])
    async def test_a_ping_brings_back_any_number_of_milliseconds(self, alice: User, number: str) -> None:
        async with connected(alice) as client:
            await client.send_text(put('{"type":"ping","client_time":?}', number))
            assert (await client.until("pong"))["client_time"] == float(number)
            await client.send_text(put('{"type":"ping","client_time":1,"id":?}', "1" * 30))
            assert (await client.until("error"))["code"] == "bad_message"
