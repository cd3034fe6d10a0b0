"""What runs together ends together, even what has missed that it was cancelled."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from market.support import together
from market.support.together import end


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "AGAIN_SECONDS", 0.01)


class Deaf:
    """Goes on as if nothing had been said, so many times."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.begun = asyncio.Event()

    async def run(self) -> None:
        self.begun.set()
        while self.left:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            self.left -= 1
        await asyncio.Event().wait()


async def failing() -> None:
    raise LookupError("by itself")


async def test_one_that_fails_ends_the_others_and_its_error_is_told() -> None:
    deaf = Deaf(0)
    with pytest.raises(LookupError, match="by itself"):
        await together.together(deaf.run(), failing())


async def test_whoever_misses_his_cancellation_is_cancelled_again() -> None:
    deaf = Deaf(2)
    with pytest.raises(LookupError):
        await together.together(deaf.run(), failing())
    assert deaf.left == 0

    deaf = Deaf(2)
    running = asyncio.ensure_future(deaf.run())
    await deaf.begun.wait()
    await end(running)
    assert deaf.left == 0


async def test_a_cancellation_that_comes_with_an_error_is_none_the_less_one() -> None:
    async def until_cancelled() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError("while ending")

    task = asyncio.ensure_future(together.together(until_cancelled()))
    asyncio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_whoever_is_cancelled_again_while_he_ends_the_others_leaves_none_running() -> None:
    deaf = Deaf(3)
    task = asyncio.ensure_future(together.together(deaf.run()))
    await deaf.begun.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.wait((task,), timeout=0.001)

    with pytest.raises(asyncio.CancelledError):
        await task
    assert deaf.left == 0


def test_a_loop_that_ends_waits_for_nobody_who_has_missed_it() -> None:
    deaf = Deaf(2)

    async def leave() -> None:
        running = asyncio.ensure_future(deaf.run())
        await deaf.begun.wait()
        assert not running.done()

    asyncio.run(leave())
    assert deaf.left == 0
