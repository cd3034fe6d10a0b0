"""What a thread sends to groups is heard by Channels' own layer, on one Redis and on several."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer

from orders.live.redis_sender import GroupSender
from tests.orders.brokers import Broker
from tests.sockets import PATIENCE


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[list[Broker]]:
    folders = [tmp_path / name for name in "abc"]
    with ExitStack() as stack:
        for folder in folders:
            folder.mkdir()
        yield [stack.enter_context(Broker(folder)) for folder in folders]


def layer_of(settings: Any, brokers: list[Broker], **options: Any) -> Any:
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    config = {"hosts": [broker.url for broker in brokers]} | options
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}
    return get_channel_layer()


@pytest.mark.parametrize("options", [{}, {"prefix": "desk"}])
@pytest.mark.parametrize("number", [1, 3])
async def test_the_layer_hears_each_groups_messages_in_order(
    settings: Any, brokers: list[Broker], number: int, options: dict[str, Any]
) -> None:
    layer = layer_of(settings, brokers[:number], **options)
    groups = [f"orders.{user_id}" for user_id in range(12)]
    channels = [await layer.new_channel() for _ in groups]
    for group, channel in zip(groups, channels, strict=True):
        await layer.group_add(group, channel)

    messages = [(group, {"type": "said", "number": number}) for number in (1, 2) for group in groups]
    await asyncio.to_thread(GroupSender(PATIENCE).send, messages)

    for channel in channels:
        assert [(await layer.receive(channel))["number"] for _ in (1, 2)] == [1, 2]
    await layer.flush()


async def test_a_batch_that_the_broker_takes_in_many_reads_arrives_whole(settings: Any, brokers: list[Broker]) -> None:
    layer = layer_of(settings, brokers[:1])
    channel = await layer.new_channel()
    await layer.group_add("orders.1", channel)
    batch = [("orders.1", {"type": "said", "text": f"{number}" * 20_000}) for number in range(10)]
    await asyncio.to_thread(GroupSender(PATIENCE).send, batch)
    assert [(await layer.receive(channel))["text"][0] for _ in batch] == [*"0123456789"]
    await layer.flush()


def test_a_broker_that_hangs_is_waited_for_so_long_and_its_late_answers_are_not_believed(
    settings: Any, brokers: list[Broker]
) -> None:
    layer_of(settings, brokers[:1])
    sender, messages = GroupSender(PATIENCE), [("orders.1", {"type": "said"})]
    sender.send(messages)
    brokers[0].pause()
    [connection] = sender._connections
    connection._sock.settimeout(0.1)
    connection.socket_timeout = 0.1
    with pytest.raises(redis.TimeoutError):
        sender.send(messages * 3)
    connection.socket_timeout = PATIENCE
    brokers[0].resume()
    sender.send(messages)
    with redis.Redis.from_url(brokers[0].url) as client:
        assert client.info("clients")["connected_clients"] <= 2  # type: ignore[index]


def test_a_broker_that_is_gone_is_an_error_and_its_return_none(settings: Any, brokers: list[Broker]) -> None:
    layer_of(settings, brokers[:1])
    sender, messages = GroupSender(PATIENCE), [("orders.1", {"type": "said"})]
    sender.send(messages)
    brokers[0].stop()
    with pytest.raises(redis.ConnectionError):
        sender.send(messages)
    brokers[0].start()
    sender.send(messages)


def test_any_other_layer_is_sent_to_in_its_own_way(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    sent: list[Any] = []

    async def group_send(group: str, message: dict[str, Any]) -> None:
        sent.append((group, message))

    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    GroupSender(PATIENCE).send([("orders.1", {"type": "said"}), ("orders.2", {"type": "said"})])
    assert sent == [("orders.1", {"type": "said"}), ("orders.2", {"type": "said"})]
