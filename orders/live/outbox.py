"""Outbox of one socket, with flow control: sends every event of its streams once, in order, at the client's pace.

Events come from memory while the client keeps up, and from the log when it doesn't. At most `outbound.WINDOW` events
are in flight, sent but not acknowledged; then a heartbeat asks the client, and nothing is sent before it answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from orders.live.stream import Chunk, Stream, pack
from orders.live.threads import in_thread
from orders.log import events
from orders.protocol import outbound
from orders.protocol.sizes import TO_CLIENT_BYTES

# ASGI extension: sends a text on the socket at once, without being awaited.
SEND_NOW = "orders.send_now"
# ASGI extension: tells whether the client has yet to read some of what it was sent.
IS_BEHIND = "orders.is_behind"
LOG_PAGE = 250
SMALL_LOG_PAGE = 16
ANSWER_SECONDS = 30.0
# A client can use a frame only once it is complete: at a kilobyte a second the largest takes minutes, longer than the
# client's timeout. So only a client that answers a heartbeat soon gets large frames.
SMALL_FRAME_BYTES = 8 * 1024
SOON_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Subscription:
    """A stream followed; `position` is the newest number sent, `received` the newest that the client has applied."""

    stream: Stream
    position: int
    received: int


class Delivery:
    """One socket's subscriptions and the task that serves them.

    If the server can `send_now`, a client that keeps up gets its events the moment it is woken, without that task.
    """

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        too_slow: Callable[[], Awaitable[None]],
        send_now: Callable[[str], None] | None = None,
    ) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self._send = send
        self._too_slow = too_slow
        self._send_now = send_now
        self._wake = asyncio.Event()
        self._is_waiting = False
        self._sent_since_heartbeat = True
        self._unanswered = False
        self._waiting_since: float | None = None
        self._next_heartbeat = time.monotonic() + outbound.HEARTBEAT_SECONDS
        self._asked_at: float | None = None
        self._frame_bytes = SMALL_FRAME_BYTES

    @property
    def heads(self) -> dict[str, int]:
        return {sub.stream.user: sub.stream.head for sub in self.subscriptions.values()}

    @property
    def out(self) -> int:
        """The number of events in flight: sent and not acknowledged yet."""
        return sum([sub.position - sub.received for sub in self.subscriptions.values()])

    def wake(self, user_id: int) -> None:
        """Send new events of this owner's stream now, or have the task send them."""
        sub = self.subscriptions.get(user_id)
        if sub is None or self._send_now is None or not self._is_waiting:
            self._wake.set()
            return
        while sub.position < sub.stream.head:
            before = sub.position
            frame = self._next_frame(sub)
            if frame is None:
                break
            try:
                self._send_now(frame)
            except BaseException:
                sub.position = before
                self._wake.set()  # the task sends it again, and fails with the socket
                raise
            if self.out >= outbound.WINDOW:
                self._send_now(self._next_heartbeat_frame())
        if sub.position != sub.stream.head:
            self._wake.set()

    def follow(self, stream: Stream) -> None:
        """Follow an owner new to a socket that follows everyone, from their first event on."""
        if stream.user_id not in self.subscriptions:
            self.begin(stream, 0)

    def follows(self, user_id: int) -> bool:
        return user_id in self.subscriptions

    def begin(self, stream: Stream, position: int) -> None:
        """Send the stream's events after `position`; replaces an earlier subscription to this stream."""
        self.subscriptions[stream.user_id] = Subscription(stream, position, position)
        self._answered()

    def end(self, user_id: int) -> None:
        self.subscriptions.pop(user_id, None)
        self._answered()

    def received(self, user_id: int, seq: int) -> None:
        """Note that the client has applied all events up to `seq`, or up to the newest sent if `seq` is beyond it."""
        sub = self.subscriptions.get(user_id)
        if sub is not None:
            sub.received = max(sub.received, min(seq, sub.position))
        if self._asked_at is not None:
            is_soon = time.monotonic() - self._asked_at < SOON_SECONDS
            self._frame_bytes = TO_CLIENT_BYTES if is_soon else SMALL_FRAME_BYTES
            self._asked_at = None
        self._answered()

    async def run(self) -> None:
        """Serve the socket until cancelled: events as they come, a heartbeat when one is due."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._next_heartbeat - time.monotonic())):
                    self._is_waiting = True
                    await self._wake.wait()
            self._is_waiting = False
            if time.monotonic() >= self._next_heartbeat:
                await self._beat()
            self._wake.clear()
            while await self._send_round():
                pass

    def _answered(self) -> None:
        self._waiting_since = None if self.out == 0 else time.monotonic()
        self._unanswered = False
        if self._is_behind:
            self._wake.set()

    @property
    def _is_behind(self) -> bool:
        return any(sub.position != sub.stream.head for sub in self.subscriptions.values())

    async def _send_round(self) -> bool:
        """Send each subscription that is behind its next frame; return whether any frame was sent."""
        sent = False
        for sub in list(self.subscriptions.values()):
            if sub.position != sub.stream.head:
                sent |= await self._send_next(sub)
        return sent

    async def _send_next(self, sub: Subscription) -> bool:
        if sub.position > sub.stream.head:
            await self._reset(sub, "`after` is beyond the newest event.")
            return True
        room = outbound.WINDOW - self.out
        if room <= 0:
            return False
        frame = self._next_frame(sub)
        if frame is None:
            page = LOG_PAGE if self._frame_bytes == TO_CLIENT_BYTES else SMALL_LOG_PAGE
            # Not beyond the stream's head: the log may be ahead of it, and a position beyond the head causes a reset.
            chunk = await self._read(sub, min(room, page, sub.stream.head - sub.position))
            if chunk is None or self.subscriptions.get(sub.stream.user_id) is not sub:
                return True
            frame = self._frame(sub, chunk)
        await self._send(frame)
        if self.out >= outbound.WINDOW:
            await self._heartbeat()
        return True

    def _next_frame(self, sub: Subscription) -> str | None:
        """The next frame from memory; None if memory doesn't reach back that far, or nothing may be sent now."""
        room = outbound.WINDOW - self.out
        chunk = sub.stream.after(sub.position, room, self._frame_bytes) if room > 0 else None
        return None if chunk is None else self._frame(sub, chunk)

    def _frame(self, sub: Subscription, chunk: Chunk) -> str:
        """The chunk as a frame, which counts as sent from now on."""
        sub.position = chunk.last
        self._sent_since_heartbeat = True
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        return chunk.frame()

    async def _read(self, sub: Subscription, limit: int) -> Chunk | None:
        """The next events from the log; None, after a `reset`, if the log no longer holds them."""
        found = await in_thread(events.since, sub.stream.user_id, sub.position, limit)
        if found and found[0].seq == sub.position + 1:
            texts = [outbound.replayed_event(event.body, event.at) for event in found]
            return pack(sub.position, texts, frame_bytes=self._frame_bytes)
        if self.subscriptions.get(sub.stream.user_id) is sub:
            await self._reset(sub, "The log no longer holds what follows.")
        return None

    async def _reset(self, sub: Subscription, reason: str) -> None:
        sub.position = sub.received = sub.stream.head
        await self._send(outbound.reset(sub.stream.user, sub.position, reason))

    async def _beat(self) -> None:
        self._next_heartbeat = time.monotonic() + outbound.HEARTBEAT_SECONDS
        if self._waiting_since is not None and time.monotonic() - self._waiting_since > ANSWER_SECONDS:
            await self._too_slow()
            return
        # A client takes repeated heartbeats without events as a loss. While events are pending, a heartbeat therefore
        # needs an event since the last one, unless the client has answered that one but is not done: it is asked again.
        if self._sent_since_heartbeat or not self._is_behind or not self._unanswered:
            await self._heartbeat()

    async def _heartbeat(self) -> None:
        await self._send(self._next_heartbeat_frame())

    def _next_heartbeat_frame(self) -> str:
        self._sent_since_heartbeat = False
        self._unanswered = True
        self._asked_at = self._asked_at or time.monotonic()
        self._next_heartbeat = time.monotonic() + outbound.HEARTBEAT_SECONDS
        return outbound.heartbeat(self.heads)
