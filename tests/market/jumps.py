"""An event loop of its own for a test, whose clock jumps to what is due next: hours pass in no time, none by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any


class JumpingLoop(asyncio.SelectorEventLoop):
    """For what waits for time alone: sockets and threads it would leap over."""

    _now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        due = [handle.when() for handle in self._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
        if due and not self._ready:  # type: ignore[attr-defined]
            self._now = max(self._now, min(due))
        super()._run_once()  # type: ignore[misc]


def now() -> float:
    """Seconds of the running loop's clock."""
    return asyncio.get_running_loop().time()


async def pass_time(seconds: float) -> None:
    """So long by the loop's clock."""
    loop = asyncio.get_running_loop()
    passed = loop.create_future()
    loop.call_later(seconds, passed.set_result, None)
    await passed


def in_no_time(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """The coroutine, run in a loop that jumps; the test that waits for what never comes ends at its time limit."""

    @wraps(test)
    def run(**given: Any) -> None:
        async def play() -> None:
            await test(**given)

        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(play())

    return run
