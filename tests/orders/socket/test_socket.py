"""The websocket from its hello to its close: frames, answers, commands, and what hostile clients send."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain import rows
from orders.live.hubs import get_hub
from orders.live.threads import in_thread
from orders.protocol import outbound
from orders.socket import consumer, registry
from tests.orders import builders
from tests.orders.builders import fresh, log_of, place
from tests.sockets import Client, Socket, connected, token_header

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def aapl(db: None) -> None:
    builders.instrument()


async def test_hello_says_who_one_is_and_what_the_limits_are(alice: User) -> None:
    socket = await Socket.of(alice)
    await socket.leave()
    hello = json.loads(outbound.hello("alice"))
    assert (hello["protocol"], hello["user"], hello["heartbeat_seconds"]) == (1, "alice", outbound.HEARTBEAT_SECONDS)
    assert hello["limits"]["window"] == 500
    assert (hello["limits"]["message_bytes"], hello["limits"]["frame_bytes"]) == (65536, 262144)


async def test_a_ping_is_answered_with_its_own_time_and_the_servers(alice: User) -> None:
    async with connected(alice) as client:
        before = outbound.now()
        pong = await client.ask(type="ping", client_time=12.5)
        assert (pong["type"], pong["client_time"]) == ("pong", 12.5)
        assert before <= pong["received_at"] <= pong["sent_at"] <= outbound.now()


async def test_a_save_reaches_the_socket_live_with_its_hops(alice: User) -> None:
    async with connected(alice) as client:
        assert (await client.follow())["head"] == 0
        order = await in_thread(place, alice)
        frame = await client.until("events")
        [event] = frame["events"]
        assert event["order"] == rows.order_row(order)
        assert event["hops"]["committed"] <= event["hops"]["published"] <= frame["sent"]
        assert "replay" not in event


async def test_an_event_over_the_socket_is_the_event_of_the_log(alice: User) -> None:
    await in_thread(place, alice)
    async with connected(alice) as client:
        await client.follow(after=0)
        await in_thread(place, alice, text="größer")
        await client.until_applied(lambda: client.last["alice"] == 2)
        told = [{k: v for k, v in event.items() if k not in ("hops", "replay")} for event in client.applied["alice"]]
        assert told == await in_thread(log_of, alice)


async def test_subscribing_without_after_begins_after_the_head_it_is_told(alice: User) -> None:
    for _ in range(3):
        await in_thread(place, alice)
    async with connected(alice) as client:
        assert (await client.follow())["head"] == 3
        await in_thread(place, alice)
        await client.until_applied(lambda: client.last["alice"] == 4)
        assert [event["seq"] for event in client.applied["alice"]] == [4]


async def test_subscribing_with_after_replays_what_follows_marked_as_replay(alice: User) -> None:
    for _ in range(3):
        await in_thread(place, alice)
    async with connected(alice) as client:
        await client.follow(after=1)
        await client.until_applied(lambda: client.last["alice"] == 3)
        replayed = client.applied["alice"]
        assert [event["seq"] for event in replayed] == [2, 3]
        assert all(event["replay"] is True and event["hops"]["published"] is None for event in replayed)
        assert all(isinstance(event["hops"]["committed"], float) for event in replayed)


async def test_subscribing_again_replaces_the_position(alice: User) -> None:
    for _ in range(2):
        await in_thread(place, alice)
    async with connected(alice) as client:
        for _ in range(2):
            client.applied.clear()
            await client.follow(after=0)
            await client.until_applied(lambda: len(client.applied["alice"]) == 2)
        assert client.gaps == client.duplicates == 0


@pytest.mark.parametrize("after", [1, 2**53, 2**64 - 1])
async def test_a_position_beyond_the_head_is_reset(alice: User, after: int) -> None:
    async with connected(alice) as client:
        answer = await client.ask(type="subscribe", stream="orders", after=after)
        assert (answer["type"], answer["head"]) == ("subscribed", 0)
        reset = await client.frame()
        assert (reset["type"], reset["stream"], reset["user"], reset["head"]) == ("reset", "orders", "alice", 0)
        assert reset["reason"]
        client.last["alice"] = 0
        await in_thread(place, alice)
        await client.until_applied(lambda: client.last["alice"] == 1)


async def test_unsubscribing_ends_the_stream_and_tells_its_head(alice: User) -> None:
    async with connected(alice) as client:
        await client.follow()
        await in_thread(place, alice)
        await client.until("events")
        answer = await client.ask(type="unsubscribe", stream="orders")
        assert (answer["type"], answer["user"], answer["head"]) == ("unsubscribed", "alice", 1)
        await in_thread(place, alice)
        assert await client.hears_nothing()
        assert (await client.ask(type="unsubscribe", stream="orders"))["head"] == 2


async def test_the_id_of_a_frame_comes_back_with_its_answer_and_its_error(alice: User) -> None:
    async with connected(alice) as client:
        for own in (7, "seven"):
            for frame in ({"type": "ping", "client_time": 1}, {"type": "nonsense"}, {"type": "order.place"}):
                await client.send(**frame, id=own)
                assert (await client.frame())["id"] == own


async def test_orders_are_placed_amended_and_cancelled_over_the_socket(alice: User) -> None:
    body = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33", "client_order_id": "mine"}
    async with connected(alice) as client:
        placed = await client.ask(type="order.place", **body)
        assert (placed["type"], placed["status"], placed["order"]["quantity"]) == ("ack", 201, "18")
        again = await client.ask(type="order.place", **body)
        assert (again["status"], again["order"]) == (200, placed["order"])
        order_id = placed["order"]["id"]
        amended = await client.ask(type="order.amend", order_id=order_id, expected_version=1, quantity="20")
        assert (amended["status"], amended["order"]["version"]) == (200, 2)
        cancelled = await client.ask(type="order.cancel", client_order_id="mine")
        assert cancelled["order"]["status"] == "canceled"
    sources = [(event["source"], event["actor"]) for event in await in_thread(log_of, alice)]
    assert sources == [("socket", "alice")] * 3


def an_order(**fields: Any) -> dict[str, Any]:
    return {"type": "order.place", "symbol": "AAPL", "side": "buy", "quantity": "1", "price": "1"} | fields


def an_amendment(**fields: Any) -> dict[str, Any]:
    return {"type": "order.amend", "order_id": 10**9, "expected_version": 1} | fields


async def test_a_bad_command_is_refused_as_rest_refuses_it(alice: User) -> None:
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"type": "order.place"}, {"symbol", "side", "quantity"}),
        (an_order(symbol="NOPE"), {"symbol"}),
        (an_order(symbol="AAPL\0"), {"symbol"}),
        (an_order(quantity="NaN"), {"quantity"}),
        (an_order(quantity="9" * 400), {"quantity"}),
        (an_order(quantity=True), {"quantity"}),
        (an_order(symbol={}, side=[], quantity={}), {"symbol", "side", "quantity"}),
        (an_amendment(order_id="x"), {"order_id"}),
        (an_amendment(order_id=10**19), {"order_id"}),
        (an_amendment(expected_version=0), {"expected_version"}),
        ({"type": "order.cancel"}, {"order_id"}),
    ]
    told = []
    async with connected(alice) as client:
        for frame, _ in cases:
            answer = await client.ask(**frame)
            told.append((answer["type"], answer.get("code"), answer.get("status"), set(answer.get("fields", ()))))
    assert told == [("error", "validation_failed", 400, fields) for _, fields in cases]


@pytest.mark.parametrize("naming", [{"order_id": 10**9}, {"client_order_id": "none"}, {"client_order_id": "a\0b"}])
async def test_an_order_that_is_not_there_is_not_found(alice: User, naming: dict[str, Any]) -> None:
    async with connected(alice) as client:
        answer = await client.ask(type="order.cancel", **naming)
        assert (answer["type"], answer["code"], answer["status"]) == ("error", "not_found", 404)


async def test_conflicts_over_the_socket_show_the_order_as_it_is(alice: User) -> None:
    order = await in_thread(place, alice, client_order_id="mine")
    async with connected(alice) as client:
        stale = await client.ask(type="order.amend", order_id=order.pk, expected_version=9, text="x")
        assert (stale["code"], stale["status"]) == ("version_conflict", 409)
        assert stale["current"] == rows.order_row(await in_thread(fresh, order))
        twice = await client.ask(**an_order(side="sell", client_order_id="mine"))
        assert (twice["code"], twice["status"]) == ("duplicate_client_order_id", 409)
        await in_thread(builders.execute, order, "reject")
        late = await client.ask(type="order.cancel", order_id=order.pk)
        assert (late["code"], late["status"], late["current"]["status"]) == ("invalid_transition", 409, "rejected")


async def test_what_is_fixed_cannot_be_amended_over_the_socket_either(alice: User) -> None:
    order = await in_thread(place, alice, client_order_id="mine")
    async with connected(alice) as client:
        answer = await client.ask(type="order.amend", client_order_id="mine", expected_version=1, side="sell")
        assert (answer["code"], set(answer["fields"])) == ("validation_failed", {"side"})
        amended = await client.ask(type="order.amend", order_id=order.pk, expected_version=1, side="buy", text="x")
        assert amended["order"]["text"] == "x"


# What is wrong with a client's frame, and the code it is answered with.
MALFORMED: list[tuple[str, str]] = [
    ("", "bad_json"),
    ("{", "bad_json"),
    ("nonsense", "bad_json"),
    ("\0", "bad_json"),
    ('{"type":"ping","client_time":NaN}', "bad_json"),
    ('{"type":"ping","text":"\\ud800"}', "bad_json"),
    ("[" * 60_000, "bad_json"),
    ('{"a":' * 10_000 + "1" + "}" * 10_000, "bad_json"),
    ("[]", "bad_message"),
    ("null", "bad_message"),
    ("7", "bad_message"),
    ('"ping"', "bad_message"),
    ("{}", "bad_message"),
    ('{"type":7}', "bad_message"),
    ('{"type":["ping"]}', "bad_message"),
    ('{"type":"ping"}', "bad_message"),
    ('{"type":"ping","client_time":"1"}', "bad_message"),
    ('{"type":"ping","client_time":true}', "bad_message"),
    ('{"type":"ping","client_time":1,"id":{}}', "bad_message"),
    ('{"type":"ping","client_time":1,"id":1.5}', "bad_message"),
    ('{"type":"ping","client_time":1,"id":"' + "x" * 65 + '"}', "bad_message"),
    ('{"type":"subscribe"}', "bad_message"),
    ('{"type":"subscribe","stream":"trades"}', "bad_message"),
    ('{"type":"subscribe","stream":{}}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","user":7}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","user":""}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":-1}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":1.5}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":true}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":"1"}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":{"alice":1}}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","user":"*","after":1}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","user":"*","after":{"alice":"1"}}', "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":' + "9" * 30 + "}", "bad_message"),
    ('{"type":"subscribe","stream":"orders","after":' + "9" * 400 + "}", "bad_json"),
    ('{"type":"received","user":"alice"}', "bad_message"),
    ('{"type":"received","user":[],"seq":1}', "bad_message"),
    ('{"type":"received","user":"alice","seq":-1}', "bad_message"),
    ('{"type":"nonsense"}', "unknown_type"),
    ('{"type":"order.delete"}', "unknown_type"),
    ('{"type":"hello"}', "unknown_type"),
]


async def test_malformed_frames_are_answered_and_the_socket_goes_on(alice: User) -> None:
    for start in range(0, len(MALFORMED), consumer.STRIKES - 1):
        async with connected(alice) as client:
            for text, code in MALFORMED[start : start + consumer.STRIKES - 1]:
                await client.send_text(text)
                answer = await client.until("error")
                assert (answer["code"], answer["status"]) == (code, 400), text[:60]
            assert (await client.ask(type="ping", client_time=1))["type"] == "pong"


async def test_a_binary_frame_is_answered_and_the_socket_goes_on(alice: User) -> None:
    async with connected(alice) as client:
        await client.send_bytes(b"\x00\xff" * 100)
        assert (await client.frame())["code"] == "bad_message"
        assert (await client.ask(type="ping", client_time=1))["type"] == "pong"


async def test_ten_thousand_garbage_frames_close_the_socket_and_nobody_elses(
    alice: User, bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(bob) as neighbour:
        await neighbour.follow()
        hostile = await Client.of(alice)
        for number in range(10_000):
            await hostile.send_text("{" * (number % 7 + 1))
        errors = 0
        while (frame := await hostile.frame())["type"] == "error":
            errors += 1
        assert (frame["code"], errors) == (4400, consumer.STRIKES)
        await in_thread(place, bob)
        await neighbour.until_applied(lambda: neighbour.last["bob"] == 1)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


LONG_PING = '{"type":"ping","client_time":1,"pad":"' + "x" * 65_536 + '"}'


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 32_769, LONG_PING])
async def test_a_frame_above_64_kib_closes_the_socket(alice: User, text: str) -> None:
    client = await Client.of(alice)
    await client.send_text(text)
    assert (await client.frame())["code"] == "message_too_big"
    assert await client.frame() == {"type": "close", "code": 1009}


async def test_a_frame_of_64_kib_is_read(alice: User) -> None:
    async with connected(alice) as client:
        text = '{"type":"ping","client_time":1,"pad":"'
        await client.send_text(text + "x" * (65_536 - len(text) - 2) + '"}')
        assert (await client.frame())["type"] == "pong"


async def test_there_are_no_quotes_while_no_feed_runs(alice: User) -> None:
    async with connected(alice) as client:
        answer = await client.ask(type="subscribe", stream="quotes", symbols=["AAPL"])
        assert (answer["type"], answer["code"]) == ("error", "validation_failed")


async def test_a_rate_limit_closes_who_exceeds_it_but_counts_no_answers_and_pings(alice: User, settings: Any) -> None:
    settings.ORDERS_MESSAGES_PER_MINUTE = 3
    client = await Client.of(alice)
    for number in range(20):
        await client.send(type="received", user="alice", seq=number)
        assert (await client.ask(type="ping", client_time=1))["type"] == "pong"
    for _ in range(3):
        assert (await client.ask(type="order.cancel", order_id=1))["code"] == "not_found"
    refused = await client.ask(type="order.cancel", order_id=1)
    assert (refused["code"], refused["status"]) == ("rate_limited", 429)
    assert await client.frame() == {"type": "close", "code": 4429}


async def test_an_unexpected_failure_is_internal_and_the_socket_goes_on(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("orders.socket.commands.run", broken)
    async with connected(alice) as client:
        answer = await client.ask(type="order.cancel", order_id=1)
        assert (answer["code"], answer["status"]) == ("internal", 500)
        assert "secret" not in json.dumps(answer)
        assert "not known" in answer["message"]
        # What changes nothing can be asked again without a second thought.
        monkeypatch.setattr("orders.log.events.heads", broken)
        assert "Try again" in (await client.ask(type="subscribe", stream="orders"))["message"]
        assert (await client.ask(type="ping", client_time=1))["type"] == "pong"
    assert "A Command failed." in caplog.text


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "subscribe", "stream": "orders", "after": 0},
        {"type": "order.cancel", "order_id": 1},
        {"type": "ping", "client_time": 1},
        {"type": "nonsense"},
    ],
    ids=lambda frame: frame["type"],
)
async def test_a_client_that_leaves_before_its_answer_is_no_trouble(
    alice: User, frame: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    told = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": json.dumps(frame)}]
    told.append({"type": "websocket.disconnect", "code": 1001})
    headers = [(b"host", b"localhost"), await in_thread(token_header, alice)]

    async def receive() -> dict[str, Any]:
        return told.pop(0)

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send" and "hello" not in message["text"]:
            raise OSError("nobody is there to send it to")

    await consumer.OrdersConsumer()({"type": "websocket", "headers": headers}, receive, send)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not registry.get_sessions().open
    assert get_hub().followers == set()
