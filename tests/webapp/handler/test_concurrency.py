"""One request at a time, as long as none of them lasts."""

from __future__ import annotations

import asyncio

import pytest

from webapp.handler import concurrency
from webapp.handler.concurrency import Slot, Slots


async def test_those_who_come_while_a_turn_lasts_wait_for_its_end_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concurrency, "SLOT_SECONDS", 60)
    taken: list[int] = []
    places = Slots(1)

    async def work(number: int) -> None:
        turn = await places.take()
        taken.append(number)
        await asyncio.to_thread(lambda: None)
        assert taken[-1] == number
        turn.end()

    await asyncio.gather(*(work(number) for number in range(5)))
    assert taken == [0, 1, 2, 3, 4]


async def test_one_who_takes_long_keeps_nobody_waiting_and_ends_but_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency, "SLOT_SECONDS", 0.5)
    places = Slots(1)
    slow = await places.take()
    quick = await asyncio.wait_for(places.take(), 100 * concurrency.SLOT_SECONDS)
    slow.end()
    slow.end()
    third = asyncio.ensure_future(places.take())
    await asyncio.wait({third}, timeout=concurrency.SLOT_SECONDS / 4)
    assert not third.done()
    quick.end()
    assert isinstance(await third, Slot)


async def test_one_who_goes_while_he_waits_takes_nobodys_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency, "SLOT_SECONDS", 0.5)
    places = Slots(1)
    first = await places.take()
    gone = asyncio.ensure_future(places.take())
    await asyncio.wait({gone}, timeout=concurrency.SLOT_SECONDS / 4)
    gone.cancel()
    first.end()
    assert isinstance(await asyncio.wait_for(places.take(), 100 * concurrency.SLOT_SECONDS), Slot)
