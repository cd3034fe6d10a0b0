"""Announcing committed events: as ready text, off the writer's thread, without ever failing or delaying the writer."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from orders.live import publisher
from orders.live.publisher import Publisher
from orders.live.redis_sender import GroupSender
from orders.log.recording import Committed
from tests.orders import builders
from tests.orders.brokers import Broker, Ear
from tests.orders.builders import place, rolled_back
from tests.servers import ROOT, wait_for
from tests.sockets import PATIENCE

# What a call that waited for the broker would wait for: as good as for ever.
FOREVER = 3600.0


@pytest.fixture
def own_broker(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    with Broker(tmp_path) as running:
        settings.CHANNEL_LAYERS = running.layers
        own = Publisher()
        monkeypatch.setattr(publisher, "publisher", own)
        yield running
        # What still waits in it would else go to the next test's broker.
        running.resume()
        own.flush(PATIENCE)


def announce(*numbers: int, user_id: int = 1) -> None:
    publisher.put([Committed(user_id, number, f'{{"seq":{number}}}') for number in numbers], at=time.time() * 1000)


def be_patient(seconds: float) -> None:
    """The publisher waits so long for a broker that doesn't answer."""
    publisher.publisher._sender = GroupSender(seconds)


def numbers_of(message: dict[str, Any]) -> list[int]:
    return [json.loads(text)["seq"] for text in message["texts"]]


@pytest.mark.django_db(transaction=True)
class TestWithADatabase:
    @pytest.fixture(autouse=True)
    def aapl(self, db: None) -> None:
        builders.instrument()

    def test_an_event_is_announced_when_its_transaction_has_committed_and_not_before(
        self, own_broker: Broker, alice: User
    ) -> None:
        with transaction.atomic():
            place(alice)
            publisher.publisher.flush(PATIENCE)
            assert publisher.publisher.published == 0
        publisher.publisher.flush(PATIENCE)
        assert publisher.publisher.published == 1

    def test_what_was_rolled_back_is_never_announced(self, own_broker: Broker, alice: User) -> None:
        with rolled_back():
            place(alice)
        with transaction.atomic():
            place(alice)
            with rolled_back():
                place(alice)
        publisher.publisher.flush(PATIENCE)
        assert publisher.publisher.published == 1

    def test_an_announcement_that_fails_fails_no_save(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(publisher, "publisher", None)
        place(alice)
        assert "Error calling told_elsewhere" in caplog.text

    def test_saving_neither_fails_nor_waits_while_the_broker_hangs(self, own_broker: Broker, alice: User) -> None:
        be_patient(FOREVER)
        place(alice)
        publisher.publisher.flush(PATIENCE)
        own_broker.pause()
        for _ in range(20):
            place(alice)
        assert builders.head_of(alice) == 21
        assert (publisher.publisher.published, publisher.publisher.failures) == (1, 0)

    def test_saving_does_not_fail_when_there_is_no_broker(self, own_broker: Broker, alice: User) -> None:
        own_broker.stop()
        for _ in range(20):
            place(alice)
        wait_for(lambda: publisher.publisher.failures, "the publisher noticing", PATIENCE)
        assert builders.head_of(alice) == 20

    def test_a_save_inside_a_running_loop_is_announced_too(self, own_broker: Broker, alice: User) -> None:
        async def save() -> None:
            place(alice)
            connection.close()  # a coroutine has one of its own

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
            asyncio.run(save())
        publisher.publisher.flush(PATIENCE)
        assert publisher.publisher.published == 1


async def test_an_owners_group_hears_his_events_as_ready_text_with_their_times(own_broker: Broker) -> None:
    ear = Ear(own_broker)
    await ear.listen(7)
    before = time.time() * 1000
    announce(41, 42, user_id=7)
    message = await ear.hear()
    assert (message["type"], message["user_id"], message["first"]) == ("orders.events", 7, 41)
    events = [json.loads(text) for text in message["texts"]]
    assert [event["seq"] for event in events] == [41, 42]
    for event in events:
        assert before <= event["hops"]["committed"] <= event["hops"]["published"] <= time.time() * 1000
        assert "replay" not in event


async def test_a_group_hears_its_own_owner_alone(own_broker: Broker) -> None:
    ear = Ear(own_broker)
    await ear.listen(7)
    announce(1, user_id=8)
    announce(1, user_id=7)
    assert (await ear.hear())["user_id"] == 7


async def test_what_threads_queued_in_another_order_goes_out_in_order_and_a_gap_ends_a_message(
    own_broker: Broker,
) -> None:
    ear = Ear(own_broker)
    await ear.listen(1)
    announce(3, 1, 2, 6, 5)
    first, second = await ear.hear(), await ear.hear()
    assert (first["first"], numbers_of(first)) == (1, [1, 2, 3])
    assert (second["first"], numbers_of(second)) == (5, [5, 6])


async def test_a_long_run_goes_out_in_messages_of_bounded_length(own_broker: Broker) -> None:
    ear = Ear(own_broker)
    await ear.listen(1)
    full = publisher.RUN
    announce(*range(1, 2 * full + 2))
    messages = [numbers_of(await ear.hear()) for _ in range(3)]
    assert messages == [[*range(1, full + 1)], [*range(full + 1, 2 * full + 1)], [2 * full + 1]]


async def test_events_flow_again_once_a_hanging_broker_goes_on(own_broker: Broker) -> None:
    ear = Ear(own_broker)
    await ear.listen(1)
    announce(1)
    assert numbers_of(await ear.hear()) == [1]
    own_broker.pause()
    be_patient(0.1)
    announce(2)
    await asyncio.to_thread(wait_for, lambda: publisher.publisher.failures, "the publisher giving up", PATIENCE)
    be_patient(PATIENCE)
    own_broker.resume()
    await asyncio.to_thread(until_published, 2)
    assert publisher.publisher.published == 2


async def test_events_flow_again_once_a_broker_is_back(own_broker: Broker) -> None:
    announce(1)
    await asyncio.to_thread(until_published, 1)
    own_broker.stop()
    announce(2)
    await asyncio.to_thread(wait_for, lambda: publisher.publisher.failures, "the publisher noticing", PATIENCE)
    own_broker.start()
    await asyncio.to_thread(until_published, 2)
    assert publisher.publisher.published == 2


def until_published(count: int) -> None:
    def published() -> bool:
        announce(99)
        publisher.publisher.flush(PATIENCE)
        return publisher.publisher.published >= count

    wait_for(published, "the broker taking events", PATIENCE)


def test_the_queue_is_bounded_while_the_broker_hangs(own_broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "QUEUE", 100)
    announce(1)
    publisher.publisher.flush(PATIENCE)
    own_broker.pause()
    for number in range(1000):
        announce(number, number + 1)
    assert len(publisher.publisher._queue) <= 100
    assert publisher.publisher.dropped >= 2000 - 100 - publisher.RUN


def test_handing_over_does_not_wait_while_the_broker_hangs(own_broker: Broker) -> None:
    be_patient(FOREVER)
    announce(1)
    publisher.publisher.flush(PATIENCE)
    own_broker.pause()
    for number in range(1000):
        announce(number)
    assert (publisher.publisher.published, publisher.publisher.failures) == (1, 0)


def test_an_outage_is_reported_once(
    own_broker: Broker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "BREAK_SECONDS", 0)
    own_broker.stop()
    with caplog.at_level(logging.WARNING, logger="orders.live.publisher"):
        for number in range(3):
            announce(number)
            publisher.publisher.flush(PATIENCE)
    assert publisher.publisher.failures == 3
    assert [record.message.split("(")[0] for record in caplog.records] == ["Redis accepts no events "]


def test_a_layer_that_cannot_be_made_is_no_concern_of_the_writers(
    own_broker: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "nowhere.Layer"}}
    monkeypatch.setattr(publisher, "BREAK_SECONDS", 0)
    announce(1)
    publisher.publisher.flush(PATIENCE)
    assert (publisher.publisher.failures, publisher.publisher.dropped) == (1, 1)
    settings.CHANNEL_LAYERS = own_broker.layers
    announce(2)
    publisher.publisher.flush(PATIENCE)
    assert publisher.publisher.published == 1


# A process that announces one event, and its fork that announces another; both end at once.
SHORT_LIVED = """
import os, django
django.setup()
from orders.live import publisher
from orders.log.recording import Committed
publisher.put([Committed(1, 1, '{"seq":1}')], at=0.0)
if os.environ["FORK"]:
    publisher.publisher.flush(5)
    if os.fork() == 0:
        publisher.put([Committed(1, 2, '{"seq":2}')], at=0.0)
        publisher.publisher.flush(5)
        os._exit(0)
    os.wait()
"""


@pytest.mark.parametrize("fork", ["", "1"])
async def test_a_process_that_ends_at_once_and_a_forked_one_still_announce(
    own_broker: Broker, fork: str, settings: Any
) -> None:
    ear = Ear(own_broker)
    await ear.listen(1)
    environment = {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "REDIS_URL": own_broker.url,
        "SECRET_KEY": settings.SECRET_KEY,
        "FORK": fork,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SHORT_LIVED, cwd=ROOT, env=environment)
    assert await process.wait() == 0
    assert numbers_of(await ear.hear()) == [1]
    if fork:
        assert numbers_of(await ear.hear()) == [2]
