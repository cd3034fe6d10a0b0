"""What runs in the background ends, even what has missed that it was cancelled."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import anyio
import pytest

from market.support.tasks import Background, until_signal


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


async def test_whoever_misses_his_cancellation_is_cancelled_again() -> None:
    deaf = Deaf(3)
    task = Background(deaf.run)
    await deaf.begun.wait()

    await task.end()

    assert deaf.left == 0


async def test_whoever_runs_beside_one_that_fails_is_cancelled_until_he_ends() -> None:
    deaf = Deaf(3)

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(deaf.run)
            await deaf.begun.wait()
            group.start_soon(failing)

    with pytest.raises(ExceptionGroup) as caught:
        await both()
    assert isinstance(caught.value.exceptions[0], LookupError)
    assert deaf.left == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_what_runs(number: signal.Signals) -> None:
    deaf = Deaf(2)
    told = asyncio.ensure_future(until_signal(deaf.run))
    await deaf.begun.wait()

    os.kill(os.getpid(), number)

    await told
    assert deaf.left == 0


async def test_an_error_ends_it_without_a_signal() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        await until_signal(failing)
    assert isinstance(caught.value.exceptions[0], LookupError)


async def test_what_ends_by_itself_needs_no_signal() -> None:
    async def nothing() -> None:
        pass

    await until_signal(nothing)


async def test_a_background_task_that_failed_is_told_in_the_log_and_ends_like_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Background(failing).end()
    task = Background(failing)
    await asyncio.wait([task._task])

    await task.end()

    assert "LookupError: by itself" in caplog.text
