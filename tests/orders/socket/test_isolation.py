"""Bob tries Alice's orders by every frame: for him they do not exist, and nothing of them ever reaches him."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.domain import rows
from orders.live.threads import in_thread
from tests.orders import builders
from tests.orders.builders import fresh, head_of, place
from tests.sockets import connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def aapl(db: None) -> None:
    builders.instrument()


async def test_another_persons_name_is_not_found_as_one_that_does_not_exist(alice: User, bob: User) -> None:
    told: dict[tuple[str, str], Any] = {}
    async with connected(bob) as client:
        for name in ("alice", "nobody", "ALICE", "alice\0", "alice ", "%", "a' OR 1=1 --"):
            for kind in ("subscribe", "unsubscribe"):
                answer = await client.ask(type=kind, stream="orders", user=name)
                told[kind, name] = (answer["type"], answer.get("code"), answer.get("status"))
    assert told == dict.fromkeys(told, ("error", "not_found", 404))


async def test_everyone_is_forbidden_to_a_trader(bob: User) -> None:
    async with connected(bob) as client:
        answer = await client.ask(type="subscribe", stream="orders", user="*")
        assert (answer["code"], answer["status"]) == ("forbidden", 403)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "order.amend", "expected_version": 1, "text": "bob was here"},
        {"type": "order.cancel"},
        {"type": "order.cancel", "client_order_id": "hers"},
    ],
)
async def test_anothers_order_is_neither_changed_nor_told_of(alice: User, bob: User, frame: dict[str, Any]) -> None:
    order = await in_thread(place, alice, client_order_id="hers", text="secret")
    before = rows.order_row(order)
    naming = {} if "client_order_id" in frame else {"order_id": order.pk}
    async with connected(bob) as client:
        answer = await client.ask(**frame, **naming)
        assert (answer["type"], answer["code"], answer["status"]) == ("error", "not_found", 404)
        assert "secret" not in json.dumps(answer)
        missing = await client.ask(type="order.cancel", order_id=10**12)
        assert answer == missing
    assert rows.order_row(await in_thread(fresh, order)) == before
    assert await in_thread(head_of, alice) == 1


async def test_a_user_in_a_traders_order_is_ignored(alice: User, bob: User) -> None:
    async with connected(bob) as client:
        body = {"symbol": "AAPL", "side": "buy", "quantity": "1", "price": "1", "user": "alice"}
        placed = await client.ask(type="order.place", **body)
        assert (placed["order"]["user"], placed["order"]["status"]) == ("bob", "pending_new")
    assert await in_thread(head_of, alice) == 0


@pytest.mark.parametrize("who", ["desk", "broker"])
async def test_desk_and_broker_watch_but_may_not_write(who: str, alice: User, desk: User, broker: User) -> None:
    order = await in_thread(place, alice)
    async with connected({"desk": desk, "broker": broker}[who]) as client:
        assert (await client.follow("alice"))["head"] == 1
        for frame in (
            {"type": "order.amend", "order_id": order.pk, "expected_version": 1, "text": "x"},
            {"type": "order.cancel", "order_id": order.pk},
        ):
            answer = await client.ask(**frame)
            assert (answer["code"], answer["status"]) == ("forbidden", 403)
    assert await in_thread(head_of, alice) == 1


async def test_no_frame_of_bobs_ever_speaks_of_alice(alice: User, bob: User) -> None:
    async with connected(alice) as hers, connected(bob) as his:
        for client in (hers, his):
            await client.follow()
        for number in range(10):
            await in_thread(place, alice, text="secret of alice")
            await in_thread(place, bob, text=str(number))
        await hers.until_applied(lambda: hers.last["alice"] == 10)
        seen: list[str] = []
        while his.last["bob"] < 10:
            seen.append(json.dumps(await his.step()))
        await his.send(type="received", user="alice", seq=3)
        await his.send(type="subscribe", stream="orders", user="alice", after=0)
        seen.append(json.dumps(await his.frame()))
        assert not [text for text in seen if "secret" in text or "alice" in text]
        assert list(his.applied) == ["bob"]
