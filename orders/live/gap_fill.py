"""Gap filling: reads the events that a stream lacks from the log, up to the log's head, whatever number was hinted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from orders.live.stream import RING, Stream
from orders.live.threads import in_thread
from orders.log import events
from orders.protocol import outbound


class Looks:
    """Log reads in progress, at most one per stream; `tell` is called when a read has advanced its stream."""

    def __init__(self, tell: Callable[[Stream], None]) -> None:
        self._tell = tell
        self._numbers: dict[Stream, int] = {}
        self._under_way: dict[Stream, asyncio.Task[None]] = {}

    def __contains__(self, stream: Stream) -> bool:
        return stream in self._under_way

    def begin(self, stream: Stream, number: int) -> asyncio.Task[None]:
        """Advance the stream to the log's head; a read already in progress is repeated if it doesn't reach `number`."""
        self._numbers[stream] = max(number, self._numbers.get(stream, 0))
        task = self._under_way.get(stream)
        if task is None:
            task = self._under_way[stream] = asyncio.create_task(self._look(stream))
            # Marks an error as retrieved: callers that wait get it anyway, and the sweep retries.
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
        """Advance the stream to the log's head and never beyond: a hinted number is not trusted."""
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
