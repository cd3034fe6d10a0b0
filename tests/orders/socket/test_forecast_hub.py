"""A server process' forecasts: one ask for all sockets, to each what is new of its own, the newest to a slow one."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from market.forecaster import wire
from market.forecaster.asks import Ask
from market.models import Instrument
from market.support import batches
from orders import trading
from orders.domain.lifecycle import Status
from orders.forecasts import asking
from orders.live.threads import in_thread
from orders.models import Order
from orders.protocol import outbound
from orders.protocol.sizes import TO_CLIENT_BYTES
from tests.orders.builders import execute, fill, order_in, place
from tests.orders.foretold import WHY, Oracle, answer_of
from tests.orders.glasses import Glass, Rounds, rows_of

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


@pytest.fixture
def hub(oracle: Oracle) -> Rounds:
    return Rounds()


@pytest.fixture
def glass(alice: User) -> Glass:
    return Glass(alice)


@pytest.fixture
async def order(alice: User) -> Order:
    return await in_thread(place, alice)


async def test_only_what_has_changed_is_sent_again(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order, alice: User
) -> None:
    other = await in_thread(place, alice, price="590")
    hub.watch(glass, [order, other])
    await hub.round()
    assert glass.taken() == rows_of(order, 0.334) + rows_of(other, 0.334)
    await hub.round()
    assert glass.frames == []
    oracle.says = {"590": 500}
    await hub.round()
    assert glass.taken() == rows_of(other, 0.5)
    oracle.says = {"590": None}
    await hub.round()
    await hub.round()
    assert glass.taken() == rows_of(other, WHY)


async def test_all_viewers_of_an_order_are_one_ask_and_a_later_one_is_sent_what_is_known(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order, alice: User
) -> None:
    second, other = Glass(alice), await in_thread(place, alice, price="590")
    hub.watch(glass, [order, other])
    await hub.round()
    hub.watch(second, [order])
    await hub.round()
    assert glass.taken() == rows_of(order, 0.334) + rows_of(other, 0.334)
    assert second.taken() == rows_of(order, 0.334)
    assert [count for count, _ in oracle.requests] == [2, 2]
    oracle.says = {"590": 600}
    await hub.round()
    assert (glass.taken(), second.taken()) == (rows_of(other, 0.6), [])
    hub.leave(glass)
    oracle.usual = 500
    await hub.round()
    assert (glass.taken(), second.taken()) == ([], rows_of(order, 0.5))


async def test_a_later_viewer_is_sent_the_newest_of_each_number_of_minutes(
    hub: Rounds, glass: Glass, order: Order, alice: User
) -> None:
    hub.watch(glass, [order])
    await hub.round()
    [frame] = glass.frames
    hub._take(order.pk, [json.loads(frame)["forecasts"][1] | {"touch": {"probability": 0.4}}])
    later = Glass(alice)
    hub.watch(later, [order])
    await hub.round()
    assert later.taken() == [(order.pk, 5, 0.334), (order.pk, 15, 0.4), (order.pk, 60, 0.334)]


async def test_a_slow_viewer_gets_the_newest_later_and_delays_no_other(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order, alice: User
) -> None:
    slow = Glass(alice)
    slow.full = True
    hub.watch(slow, [order])
    hub.watch(glass, [order])
    for oracle.usual in (100, 200, 300):
        await hub.round()
        assert glass.taken() == rows_of(order, oracle.usual / 1000)
    slow.full = False
    await hub.round()
    assert slow.taken() == rows_of(order, 0.3)
    await hub.round()
    assert slow.frames == []


async def test_an_order_that_stops_working_gets_no_more_rows(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order
) -> None:
    hub.watch(glass, [order])
    glass.full = True
    await hub.round()
    await in_thread(execute, order, "reject", text="Too far from the market")
    glass.full, oracle.usual = False, 500
    await hub.round()
    assert (glass.frames, hub._shown) == ([], {})
    assert [count for count, _ in oracle.requests if count] == [1]


async def test_one_that_works_again_unasked_keeps_nobody_waiting(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not to be taken at first, was corrected out of the working ones and back, and its instrument ended."""
    other = await in_thread(place, alice, symbol="KO", price="590")
    hub.watch(glass, [order, other])
    glass.full = True
    await hub.round()
    with monkeypatch.context() as patch:
        patch.setattr(asking, "working", lambda ids: {})
        await hub.round()
    await in_thread(Instrument.objects.filter(symbol="AAPL").update, active=False)
    glass.full = False
    await hub.round()
    why = [(order.pk, minutes, asking.NOT_TRADED) for minutes in (5, 15, 60)]
    assert glass.taken() == [*why, *rows_of(other, 0.334)]


async def test_an_order_that_nothing_is_asked_about_is_told_why_and_once(
    hub: Rounds, oracle: Oracle, glass: Glass, alice: User
) -> None:
    order = await in_thread(place, alice, order_type="market", price=None)
    hub.watch(glass, [order])
    await hub.round()
    await hub.round()
    assert glass.taken() == [(order.pk, minutes, asking.NO_PRICE) for minutes in (5, 15, 60)]
    assert oracle.asked == []


async def test_an_amended_price_has_new_rows_in_the_next_round(
    hub: Rounds, glass: Glass, order: Order, alice: User
) -> None:
    hub.watch(glass, [order])
    await hub.round()
    glass.taken()
    await in_thread(trading.amend, alice, order.pk, order.version, {"price": D("580")})
    await hub.round()
    [frame] = glass.frames
    assert [(row["price"], row["minutes"]) for row in json.loads(frame)["forecasts"]] == [
        ("580", minutes) for minutes in (5, 15, 60)
    ]


async def test_a_stop_limit_is_told_of_its_limit_once_it_is_filled_in_part(
    hub: Rounds, glass: Glass, alice: User
) -> None:
    kind = {"order_type": "stop_limit", "price": "591", "stop_price": "590"}
    order = await in_thread(order_in, Status.NEW, alice, **kind)
    hub.watch(glass, [order])
    await hub.round()
    await in_thread(fill, order, "1", "591")
    await hub.round()
    assert [json.loads(frame)["forecasts"][0]["price"] for frame in glass.frames] == ["590", "591"]


async def test_an_order_that_is_given_to_another_person_goes_on_for_that_person_alone(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order, bob: User
) -> None:
    of_bob = Glass(bob)
    hub.watch(glass, [order])
    hub.watch(of_bob, [order])
    await hub.round()
    assert (glass.taken(), of_bob.frames) == (rows_of(order, 0.334), [])

    await in_thread(Order.objects.filter(pk=order.pk).update, user=bob)
    oracle.usual = 500
    await hub.round()
    assert (glass.taken(), of_bob.taken()) == ([], rows_of(order, 0.5))
    hub.watch(glass, [order])
    hub.watch(of_bob, [order])
    await hub.round()
    assert (glass.taken(), of_bob.taken()) == ([], rows_of(order, 0.5))


async def test_a_viewer_that_fails_keeps_no_other_waiting(
    hub: Rounds, glass: Glass, order: Order, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Glass(alice)
    failing.show = lambda frame: 1 / 0  # type: ignore[method-assign, return-value, assignment]
    hub.watch(failing, [order])
    hub.watch(glass, [order])
    await hub.round()
    assert glass.taken() == rows_of(order, 0.334)
    assert caplog.messages == ["Sending forecasts to a viewer failed."]


async def test_without_a_forecaster_all_rows_say_so_once_and_come_back_with_it(
    hub: Rounds, oracle: Oracle, glass: Glass, order: Order
) -> None:
    oracle.why_not = "The forecaster does not run."
    hub.watch(glass, [order])
    await hub.round()
    await hub.round()
    assert glass.taken() == rows_of(order, oracle.why_not)
    oracle.why_not = ""
    await hub.round()
    assert glass.taken() == rows_of(order, 0.334)


async def test_many_orders_are_several_asks_and_several_frames(
    hub: Rounds, oracle: Oracle, glass: Glass, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST", 2)
    monkeypatch.setattr(batches, "BATCH", 4)
    orders = [await in_thread(place, alice) for _ in range(3)]
    hub.watch(glass, orders)
    await hub.round()
    assert [count for count, _ in oracle.requests] == [2, 1]
    assert [len(json.loads(frame)["forecasts"]) for frame in glass.frames] == [4, 4, 1]
    assert glass.taken() == [row for order in orders for row in rows_of(order, 0.334)]


def test_a_frame_of_the_longest_rows_is_one_that_clients_take() -> None:
    asked = Ask("A" * 20, "sell", D("1234567.12345678"), D("0.00000001"), (240,))
    answer = answer_of(asked, 334, median=239.9)
    assert answer is not None
    [row] = asking.rows(asked, answer, 2**63 - 1)
    assert len(outbound.forecasts([row] * batches.BATCH).encode()) < TO_CLIENT_BYTES
