"""Flow control: at most a window of events is out unanswered, and whoever falls behind is caught up from the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from orders.live import outbox, stream
from orders.live.hubs import get_hub
from orders.live.outbox import Delivery
from orders.live.threads import in_thread
from orders.log import events, upkeep
from orders.models import Order
from orders.protocol import outbound
from orders.protocol.sizes import TO_CLIENT_BYTES
from tests.orders import builders
from tests.orders.builders import place
from tests.sockets import Client, Frame, connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def aapl(db: None) -> None:
    builders.instrument()


def make_log(user: User, count: int, text: str = "") -> None:
    """This many events, quickly."""
    orders = [Order(user=user, symbol="AAPL", side="buy", quantity=1, price=1, text=text) for _ in range(count)]
    Order.objects.bulk_create(orders)


async def take_until_heartbeat(client: Client) -> tuple[list[int], Frame]:
    """The numbers of the events that come before the next heartbeat, and that heartbeat; nothing is answered."""
    numbers: list[int] = []
    while (frame := await client.frame())["type"] != "heartbeat":
        numbers += [event["seq"] for event in frame.get("events", ())]
    return numbers, frame


async def test_a_long_log_arrives_whole_in_order_window_by_window(alice: User) -> None:
    await in_thread(make_log, alice, 1700)
    async with connected(alice) as client:
        await client.follow(after=0)
        await client.until_applied(lambda: client.last["alice"] == 1700)
        assert (client.gaps, client.duplicates) == (0, 0)
        assert [event["seq"] for event in client.applied["alice"]] == list(range(1, 1701))


async def test_a_window_of_unanswered_events_is_out_and_the_client_is_asked_at_once(alice: User) -> None:
    await in_thread(make_log, alice, 600)
    async with connected(alice) as client:
        await client.follow(after=0)
        numbers, heartbeat = await take_until_heartbeat(client)
        assert numbers == list(range(1, outbound.WINDOW + 1))
        assert heartbeat["heads"] == {"alice": 600}
        assert await client.hears_nothing()
        await client.send(type="received", user="alice", seq=10)
        numbers, _ = await take_until_heartbeat(client)
        assert numbers == list(range(501, 511))
        assert await client.hears_nothing()


async def test_a_window_that_ends_with_the_log_is_asked_about_at_once_too(alice: User) -> None:
    await in_thread(make_log, alice, outbound.WINDOW)
    async with connected(alice) as client:
        await client.follow(after=0)
        numbers, _ = await take_until_heartbeat(client)
        assert len(numbers) == outbound.WINDOW


async def test_a_number_beyond_what_was_sent_counts_as_what_was_sent(alice: User) -> None:
    await in_thread(make_log, alice, 1200)
    async with connected(alice) as client:
        await client.follow(after=0)
        await take_until_heartbeat(client)
        await client.send(type="received", user="alice", seq=10**6)
        numbers, _ = await take_until_heartbeat(client)
        assert numbers == list(range(501, 1001))
        assert await client.hears_nothing()


async def test_an_older_number_takes_nothing_back(alice: User) -> None:
    await in_thread(make_log, alice, 1500)
    async with connected(alice) as client:
        await client.follow(after=0)
        for expected in (range(1, 501), range(501, 1001)):
            numbers, _ = await take_until_heartbeat(client)
            assert numbers == list(expected)
            await client.send(type="received", user="alice", seq=numbers[-1])
            await client.send(type="received", user="alice", seq=1)
        assert (await take_until_heartbeat(client))[0] == list(range(1001, 1501))


async def test_a_client_that_answers_without_progress_is_not_asked_in_a_circle(alice: User) -> None:
    await in_thread(make_log, alice, 600)
    async with connected(alice) as client:
        await client.follow(after=0)
        await take_until_heartbeat(client)
        for _ in range(5):
            await client.send(type="received", user="alice", seq=0)
        assert await client.hears_nothing()


async def test_a_client_that_answered_that_it_is_not_done_is_asked_again_later(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = 0
    beat = Delivery._beat

    async def counted(own: Delivery) -> None:
        nonlocal beats
        await beat(own)
        beats += 1

    monkeypatch.setattr(Delivery, "_beat", counted)
    monkeypatch.setattr(outbound, "HEARTBEAT_SECONDS", 0.02)
    await in_thread(make_log, alice, 600)
    async with connected(alice) as client:
        await client.follow(after=0)
        numbers: list[int] = []
        while len(numbers) < outbound.WINDOW:
            numbers += (await take_until_heartbeat(client))[0]
        asked, answered = beats, beats + 3
        while beats < answered:
            assert (await client.ask(type="ping", client_time=asked))["type"] == "pong"
        assert client.is_empty
        await client.send(type="received", user="alice", seq=0)
        assert (await client.frame())["type"] == "heartbeat"


async def test_between_two_heartbeats_of_a_backlog_there_is_an_events_frame(alice: User) -> None:
    await in_thread(make_log, alice, 2200)
    async with connected(alice) as client:
        await client.follow(after=0)
        before = ""
        while client.last["alice"] < 2200:
            frame = await client.step()
            assert (before, frame["type"]) != ("heartbeat", "heartbeat")
            before = frame["type"]


async def test_the_window_is_shared_by_all_streams_of_a_socket(alice: User, bob: User, desk: User) -> None:
    for user in (alice, bob):
        await in_thread(make_log, user, 400)
    async with connected(desk) as client:
        await client.follow("*", after={"alice": 0, "bob": 0})
        numbers, _ = await take_until_heartbeat(client)
        assert len(numbers) == outbound.WINDOW
        assert await client.hears_nothing()


async def test_a_slow_client_is_caught_up_from_the_log_and_misses_nothing(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "RING", 50)
    async with connected(alice) as client:
        await client.follow()
        for _ in range(12):
            await in_thread(make_log, alice, 100)
        await client.until_applied(lambda: client.last["alice"] == 1200)
        assert (client.gaps, client.duplicates) == (0, 0)
        assert client.resets == []
        assert any("replay" in event for event in client.applied["alice"])


async def test_a_stuck_client_holds_back_nobody(alice: User) -> None:
    async with connected(alice) as stuck, connected(alice) as healthy:
        stuck.answers = False
        await stuck.follow()
        await healthy.follow()
        for _ in range(4):
            await in_thread(make_log, alice, 400)
            head = (await in_thread(events.heads, [alice.pk]))[alice.pk]
            await healthy.until_applied(lambda h=head: healthy.last["alice"] == h)
        assert (healthy.gaps, healthy.duplicates) == (0, 0)
        numbers, _ = await take_until_heartbeat(stuck)
        assert len(numbers) == outbound.WINDOW


async def test_a_client_that_never_answers_is_closed_in_the_end(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(outbox, "ANSWER_SECONDS", 0.05)
    await in_thread(place, alice)
    client = await Client.of(alice)
    client.answers = False
    await client.follow(after=0)
    while (frame := await client.step())["type"] != "close":
        assert frame["type"] in ("events", "heartbeat")
    assert frame["code"] == 4408


async def test_a_client_that_answers_stays(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(outbound, "HEARTBEAT_SECONDS", 0.005)
    monkeypatch.setattr(outbox, "ANSWER_SECONDS", 30)
    await in_thread(place, alice)
    async with connected(alice) as client:
        await client.follow(after=0)
        await client.until_applied(lambda: client.last["alice"] == 1)
        for _ in range(40):
            now += 20
            assert (await client.step())["type"] == "heartbeat"
            assert (await client.ask(type="ping", client_time=1))["type"] == "pong"


async def test_heartbeats_carry_the_heads_of_the_sockets_streams(
    alice: User, bob: User, desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "HEARTBEAT_SECONDS", 0.05)
    await in_thread(place, alice)
    async with connected(desk) as client:
        assert (await client.until("heartbeat"))["heads"] == {}
        for name in ("alice", "bob"):
            await client.follow(name)
        assert (await client.until("heartbeat"))["heads"] == {"alice": 1, "bob": 0}


async def test_heartbeats_come_while_events_flow(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "HEARTBEAT_SECONDS", 0.02)
    async with connected(alice) as client:
        await client.follow()
        heartbeats = 0
        while heartbeats < 3:
            await in_thread(place, alice)
            head = (await in_thread(events.heads, [alice.pk]))[alice.pk]
            while client.last["alice"] < head:
                heartbeats += (await client.step())["type"] == "heartbeat"


async def test_a_trimmed_log_resets_and_goes_on_from_the_head(alice: User) -> None:
    await in_thread(make_log, alice, 10)
    await in_thread(upkeep.trim, alice.pk, 6)
    async with connected(alice) as client:
        answer = await client.ask(type="subscribe", stream="orders", after=3)
        assert (answer["type"], answer["head"]) == ("subscribed", 10)
        await client.step()
        assert [(reset["user"], reset["head"]) for reset in client.resets] == [("alice", 10)]
        await in_thread(place, alice)
        await client.until_applied(lambda: client.last["alice"] == 11)
        await client.follow(after=6)
        await client.until_applied(lambda: client.last["alice"] == 11)
        assert [event["seq"] for event in client.applied["alice"]][-5:] == [7, 8, 9, 10, 11]
        assert len(client.resets) == 1


@contextmanager
def the_ring_forgets() -> Iterator[None]:
    """Nothing is in hand any more: what is owed comes from the log."""
    for known in get_hub().streams.values():
        known.jump(known.head)
    yield


async def test_a_log_trimmed_under_a_slow_client_resets_it(alice: User) -> None:
    await in_thread(make_log, alice, 700)
    async with connected(alice) as client:
        await client.follow(after=0)
        await take_until_heartbeat(client)
        await in_thread(upkeep.trim, alice.pk, 650)
        with the_ring_forgets():
            await client.send(type="received", user="alice", seq=500)
            frame = await client.frame()
        assert (frame["type"], frame["head"]) == ("reset", 700)
        client.last["alice"] = 700
        await in_thread(place, alice)
        await client.until_applied(lambda: client.last["alice"] == 701)


async def test_frames_stay_within_their_size_however_long_the_texts(alice: User) -> None:
    await in_thread(make_log, alice, 450, "€" * 255)
    async with connected(alice) as client:
        await client.follow(after=0)
        frames = 0
        while client.last["alice"] < 450:
            output = await client._wire.output_queue.get()
            assert len(output["text"].encode()) <= TO_CLIENT_BYTES
            await client._wire.output_queue.put(output)
            await client.step()
            frames += 1
        assert frames > 2


async def test_an_answer_for_a_stream_that_is_not_followed_is_ignored(alice: User, bob: User) -> None:
    async with connected(alice) as client:
        for user in ("bob", "nobody", "alice", "a\0b"):
            await client.send(type="received", user=user, seq=5)
        assert (await client.ask(type="ping", client_time=1))["type"] == "pong"


async def test_a_delivery_that_fails_closes_the_socket_so_that_the_client_comes_back(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("no frame today")

    client = await Client.of(alice)
    await client.follow()
    monkeypatch.setattr(outbound, "events", broken)
    await in_thread(place, alice)
    assert await client.frame() == {"type": "close", "code": 1012}
    assert "The delivery failed." in caplog.text


async def test_frames_are_small_until_the_client_answers_soon(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SOON_SECONDS", 3600)
    await in_thread(make_log, alice, 900, "x" * 200)
    async with connected(alice) as client:
        await client.follow(after=0)
        sizes: list[int] = []
        while len(sizes) < 2 or sizes[-1] <= outbox.SMALL_FRAME_BYTES:
            frame = await client.step()
            if frame["type"] == "events":
                sizes.append(
                    len(outbound.events(json.dumps(frame["events"], separators=(",", ":")), frame["sent"]).encode())
                )
        before_answer = sizes[: sizes.index(max(sizes))]
        assert max(before_answer) <= outbox.SMALL_FRAME_BYTES
        assert max(sizes) > 4 * outbox.SMALL_FRAME_BYTES


async def test_a_log_that_is_ahead_of_the_stream_resets_nobody(alice: User) -> None:
    await in_thread(make_log, alice, 3)
    heard = stream.Stream(alice.pk, "alice", 2)  # of the third this process has not been told yet
    sent: list[Frame] = []

    async def send(text: str) -> None:
        sent.append(json.loads(text))

    async def too_slow() -> None:
        raise AssertionError("it keeps up")

    own = Delivery(send, too_slow)
    own.begin(heard, 0)
    while own._is_behind:
        await own._send_round()
    assert [(frame["type"], [event["seq"] for event in frame["events"]]) for frame in sent] == [("events", [1, 2])]
