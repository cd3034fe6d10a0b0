"""Looks into the log for what a stream lacks: as far as the log goes, whatever was hinted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from orders.live.stream import RING, Stream
from orders.live.threads import in_thread
from orders.log import events
from orders.protocol import outbound


class Looks:
    """Those under way, one a stream; `tell` is called when a stream has gone on by what was found."""

    def __init__(self, tell: Callable[[Stream], None]) -> None:
        self._tell = tell
        self._numbers: dict[Stream, int] = {}
        self._under_way: dict[Stream, asyncio.Task[None]] = {}

    def __contains__(self, stream: Stream) -> bool:
        return stream in self._under_way

    def begin(self, stream: Stream, number: int) -> asyncio.Task[None]:
        """Has the stream go on to the log's head; where that is under way, once more if it did not reach `number`."""
        self._numbers[stream] = max(number, self._numbers.get(stream, 0))
        task = self._under_way.get(stream)
        if task is None:
            task = self._under_way[stream] = asyncio.create_task(self._look(stream))
            # Whoever waits hears of an error, and the sweep looks again.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def until_done(self, stream: Stream, number: int) -> None:
        await asyncio.shield(self.begin(stream, number))

    async def _look(self, stream: Stream) -> None:
        try:
            while self._numbers.pop(stream, 0) > stream.head:
                await self._go_on(stream)
        finally:
            del self._under_way[stream]

    async def _go_on(self, stream: Stream) -> None:
        """The log alone says how far it is: no number that was hinted moves the stream beyond that."""
        before = stream.head
        head, found = await in_thread(events.beyond, stream.user_id, before, RING)
        if found:
            if found[0].seq > stream.head + 1:
                stream.jump(found[0].seq - 1)
            stream.take(found[0].seq, [outbound.replayed_event(event.body, event.at) for event in found])
        elif head > stream.head:
            stream.jump(head)
        if stream.head > before:
            self._tell(stream)
