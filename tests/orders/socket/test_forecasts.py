"""One socket's forecasts: which orders it may name, what replaces what, and that nothing of it is left when it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from orders.domain.lifecycle import Status
from orders.forecasts import asking
from orders.live.threads import in_thread
from orders.models import Order
from orders.protocol import inbound
from orders.socket import forecast_hub, forecasts
from orders.socket.forecasts import get_forecast_hub
from tests.orders.builders import order_in, place
from tests.orders.foretold import NUMBER, Oracle
from tests.sockets import Frame, Socket
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)

Row = dict[str, Any]


@pytest.fixture(autouse=True)
async def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    settings.FEED = "sim"
    monkeypatch.setattr(forecast_hub, "ROUND_SECONDS", 0.02)
    yield
    await forecasts.close_forecast_hub()


@pytest.fixture
async def socket(alice: User, oracle: Oracle) -> AsyncIterator[Socket]:
    opened = await Socket.of(alice)
    yield opened
    await opened.leave()


async def subscribe(socket: Socket, *orders: Order, **more: Any) -> Frame:
    named = {"orders": [order.pk for order in orders]} if orders else {}
    return await socket.ask(type="subscribe", stream="forecasts", **named | more)


async def unsubscribe(socket: Socket) -> Frame:
    return await socket.ask(type="unsubscribe", stream="forecasts")


async def told(socket: Socket) -> list[Row]:
    frame = await socket.until("forecasts")
    assert list(frame) == ["type", "sent", "forecasts"]
    return frame["forecasts"]  # type: ignore[no-any-return]


def places(rows: list[Row]) -> list[tuple[int, int]]:
    return [(row["order"], row["minutes"]) for row in rows]


async def test_the_answer_names_the_orders_and_then_their_rows_come_as_rest_sends_them(
    socket: Socket, alice: User
) -> None:
    one, other = await in_thread(place, alice), await in_thread(place, alice, price="590")
    await socket.send(type="subscribe", stream="forecasts", orders=[other.pk, one.pk, other.pk], id=7)
    assert await socket.frame() == {
        "type": "subscribed",
        "stream": "forecasts",
        "orders": [other.pk, one.pk],
        "id": 7,
    }
    rows = await told(socket)
    assert places(rows) == [(order.pk, minutes) for order in (one, other) for minutes in (5, 15, 60)]
    head = {"order": one.pk, "symbol": "AAPL", "side": "buy", "price": "585.33", "minutes": 5}
    assert rows[0] == head | NUMBER


async def test_without_names_it_is_the_newest_working_ones_with_a_price(
    socket: Socket, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "FORECASTS", 2)
    placed = [await in_thread(place, alice) for _ in range(3)]
    await in_thread(place, alice, order_type="market", price=None)
    await in_thread(order_in, Status.FILLED, alice)
    await in_thread(place, bob)
    newest = [placed[2].pk, placed[1].pk]
    assert (await subscribe(socket))["orders"] == newest
    assert {order for order, _ in places(await told(socket))} == set(newest)


async def test_a_person_without_orders_subscribes_to_none(socket: Socket) -> None:
    assert (await subscribe(socket))["orders"] == []
    assert await socket.hears_nothing()


async def test_what_is_subscribed_to_replaces_what_was_and_comes_anew(
    socket: Socket, oracle: Oracle, alice: User
) -> None:
    one, other = await in_thread(place, alice), await in_thread(place, alice, price="590")
    await subscribe(socket, one)
    assert {order for order, _ in places(await told(socket))} == {one.pk}
    await subscribe(socket, other)
    assert {order for order, _ in places(await told(socket))} == {other.pk}
    # The same again, though nothing has changed.
    await subscribe(socket, other)
    assert len(await told(socket)) == 3

    oracle.says = {"585.33": 500, "590": 600}
    assert {(row["order"], row["touch"]["probability"]) for row in await told(socket)} == {(other.pk, 0.6)}


async def test_after_unsubscribing_nothing_comes_and_nothing_is_asked(
    socket: Socket, oracle: Oracle, alice: User
) -> None:
    await subscribe(socket, await in_thread(place, alice))
    await told(socket)
    answer = await socket.ask(type="unsubscribe", stream="forecasts")
    assert answer == {"type": "unsubscribed", "stream": "forecasts", "id": "asked"}
    oracle.usual = 500
    assert await socket.hears_nothing()
    assert get_forecast_hub()._wanted == {}
    assert (await unsubscribe(socket))["type"] == "unsubscribed"


async def test_bob_cannot_name_alices_order_and_keeps_what_he_has(
    socket: Socket, oracle: Oracle, alice: User, bob: User
) -> None:
    own, foreign = await in_thread(place, alice), await in_thread(place, bob, price="590")
    await subscribe(socket, own)
    refused = await socket.ask(type="subscribe", stream="forecasts", orders=[foreign.pk, own.pk, 10**15])
    assert refused == {
        "type": "error",
        "status": 404,
        "code": "not_found",
        "message": "There is no such order.",
        "fields": {"orders": [str(foreign.pk), str(10**15)]},
        "id": "asked",
    }
    oracle.usual = 500
    while (rows := await told(socket))[0]["touch"]["probability"] != 0.5:
        pass
    assert {order for order, _ in places(rows)} == {own.pk}
    assert {(ask.symbol, str(ask.price.normalize())) for ask in oracle.asked} == {("AAPL", "585.33")}


async def test_the_desk_has_forecasts_of_its_own_orders_alone(oracle: Oracle, alice: User, desk: User) -> None:
    order = await in_thread(place, alice)
    socket = await Socket.of(desk)
    assert (await subscribe(socket, order))["code"] == "not_found"
    assert (await subscribe(socket))["orders"] == []
    await socket.leave()


async def test_without_a_feed_that_is_said_and_the_socket_stays(socket: Socket, alice: User, settings: Any) -> None:
    settings.FEED = "off"
    refused = await subscribe(socket, await in_thread(place, alice))
    assert (refused["code"], refused["status"]) == ("validation_failed", 400)
    assert refused["message"] == "There are no forecasts: no price feed is running."
    assert (await unsubscribe(socket))["type"] == "unsubscribed"


async def test_a_database_that_is_away_refuses_the_frame_alone(
    socket: Socket, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("refused")

    with monkeypatch.context() as patch:
        patch.setattr(asking, "newest", away)
        assert (await subscribe(socket))["code"] == "unavailable"
    assert (await subscribe(socket))["type"] == "subscribed"


def test_orders_are_a_list_of_1_to_500_ids() -> None:
    def check(orders: str) -> None:
        with pytest.raises(inbound.WireError) as raised:
            inbound.parse(f'{{"type":"subscribe","stream":"forecasts","orders":{orders},"id":1}}')
        assert (raised.value.code, raised.value.frame_id) == ("bad_message", 1)
        assert str(raised.value) == "orders must be a list of 1 to 500 order ids."

    wrong = ["[]", "5", '"5"', "{}", "[true]", "[-1]", "[1.5]", '["1"]', "[null]", f"[{','.join(['1'] * 501)}]"]
    assert failing(wrong, check) == []
    for orders, expected in (("[2,1,2]", (2, 1)), ("null", None), (f"[{','.join(['1'] * 500)}]", (1,))):
        frame = inbound.parse(f'{{"type":"subscribe","stream":"forecasts","orders":{orders}}}')
        assert frame == inbound.SubscribeForecasts(None, expected)
    assert inbound.parse('{"type":"unsubscribe","stream":"forecasts","id":1}') == inbound.UnsubscribeForecasts(1)


async def test_bob_gets_nothing_of_an_order_that_alice_watches(
    socket: Socket, oracle: Oracle, alice: User, bob: User
) -> None:
    of_alice, of_bob = await in_thread(place, alice), await in_thread(place, bob, price="590")
    other = await Socket.of(bob)
    await subscribe(socket, of_alice)
    await subscribe(other, of_bob)
    assert {order for order, _ in places(await told(socket))} == {of_alice.pk}
    assert {order for order, _ in places(await told(other))} == {of_bob.pk}
    oracle.says = {"585.33": 500}
    await told(socket)
    assert await other.hears_nothing()
    await other.leave()


async def test_nothing_is_left_of_a_socket_that_goes_at_any_moment(oracle: Oracle, alice: User) -> None:
    order = await in_thread(place, alice)
    for number in range(8):
        socket = await Socket.of(alice)
        await socket.send(type="subscribe", stream="forecasts", orders=[order.pk])
        if number % 2:
            await socket.until("subscribed")
        if number % 4 > 1:
            await socket.until("forecasts")
        await socket.leave()
    hub = get_forecast_hub()
    assert (hub._wanted, hub._unsent) == ({}, {})


async def test_the_hub_ends_with_its_server(socket: Socket, oracle: Oracle, alice: User) -> None:
    await subscribe(socket, await in_thread(place, alice))
    await told(socket)
    ended = get_forecast_hub()
    await forecasts.close_forecast_hub()
    assert ended._task is not None
    assert ended._task._task.done()
    assert get_forecast_hub() is not ended
