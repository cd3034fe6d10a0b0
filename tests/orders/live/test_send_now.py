"""A server that can send at once: who keeps up gets events the moment they are there, nobody more than a window."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from orders.live.outbox import Delivery
from orders.live.stream import Stream
from orders.protocol import outbound

ALICE = 1


class Socket:
    """Both ways to a client: `at_once` is what it was sent without a turn of the loop, `sent` all of it in order."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.at_once: list[str] = []
        self.fails = False
        self.stream = Stream(ALICE, "alice", 0)
        self.delivery = Delivery(self.send, self.too_slow, self.send_now)
        self.delivery.begin(self.stream, 0)

    async def send(self, text: str) -> None:
        self.sent.append(text)

    def send_now(self, text: str) -> None:
        if self.fails:
            raise OSError("no room")
        self.sent.append(text)
        self.at_once.append(text)

    async def too_slow(self) -> None:
        raise AssertionError("asked too late")

    def happens(self, *seqs: int) -> None:
        self.stream.take(seqs[0], [f'{{"seq":{seq}}}' for seq in seqs])
        self.delivery.wake(ALICE)

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for text in self.sent for event in json.loads(text).get("events", ())]


async def turns() -> None:
    """As many turns of the loop as its tasks need to do what they have to."""
    loop = asyncio.get_running_loop()
    for _ in range(5):
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned


@pytest.fixture
async def socket() -> AsyncIterator[Socket]:
    made = Socket()
    serving = asyncio.create_task(made.delivery.run())
    await turns()
    yield made
    serving.cancel()


async def test_an_event_is_with_the_client_before_the_loop_turns(socket: Socket) -> None:
    socket.happens(1, 2)
    socket.happens(3)
    assert socket.seqs == [1, 2, 3]
    assert len(socket.at_once) == 2


async def test_what_was_sent_at_once_is_not_sent_again_by_the_task(socket: Socket) -> None:
    socket.happens(1)
    socket.delivery.received(ALICE, 1)
    await turns()
    socket.happens(2)
    assert socket.seqs == [1, 2]


async def test_a_full_window_ends_with_a_question_and_nothing_follows_it(socket: Socket) -> None:
    socket.happens(*range(1, outbound.WINDOW + 101))
    assert json.loads(socket.sent[-1])["type"] == "heartbeat"
    socket.happens(outbound.WINDOW + 101)
    await turns()
    assert socket.seqs == list(range(1, outbound.WINDOW + 1))
    assert json.loads(socket.sent[-1])["type"] == "heartbeat"


async def test_nothing_of_a_stream_that_is_not_followed_any_more_is_sent(socket: Socket) -> None:
    socket.delivery.end(ALICE)
    socket.happens(1)
    await turns()
    assert socket.sent == []


async def test_what_can_not_be_sent_at_once_is_sent_by_the_task(socket: Socket) -> None:
    socket.fails = True
    with pytest.raises(OSError, match="no room"):
        socket.happens(1)
    socket.fails = False
    await turns()
    socket.happens(2)
    assert socket.seqs == [1, 2]
