"""What one socket is still owed, sent at the pace its client answers: every event of its streams once and in order.

A stream's events are taken from memory while the client keeps up and from the log when it does not. At most
`wire.WINDOW` events are out unanswered; then the client is asked by a heartbeat and nothing is sent before it answers.
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

# The ASGI extension of a server whose sockets take a text at once, without being waited for.
SEND_NOW = "orders.send_now"
# And the one that tells whether a client has yet to take what it was sent.
IS_BEHIND = "orders.is_behind"
LOG_PAGE = 250
SMALL_LOG_PAGE = 16
ANSWER_SECONDS = 30.0
# A frame counts only once it is whole: at a kilobyte a second the largest takes minutes, and none would ever arrive
# before its client is given up. Who answers a heartbeat soon is sent large ones.
SMALL_FRAME_BYTES = 8 * 1024
SOON_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Subscription:
    """`position` is the newest number sent, `received` the newest the client says it has applied."""

    stream: Stream
    position: int
    received: int


class Delivery:
    """One socket's subscriptions and the task that serves them.

    Where the server can `send_now`, what a client that keeps up is owed goes out the moment it is woken, without it.
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
        """Events sent and not answered yet."""
        return sum([sub.position - sub.received for sub in self.subscriptions.values()])

    def wake(self, user_id: int) -> None:
        """There is more in this owner's stream."""
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
        """An owner who is new to a socket that follows everyone: from his first event on."""
        if stream.user_id not in self.subscriptions:
            self.begin(stream, 0)

    def follows(self, user_id: int) -> bool:
        return user_id in self.subscriptions

    def begin(self, stream: Stream, position: int) -> None:
        """Sends what follows `position`, in place of what was followed of this stream before."""
        self.subscriptions[stream.user_id] = Subscription(stream, position, position)
        self._answered()

    def end(self, user_id: int) -> None:
        self.subscriptions.pop(user_id, None)
        self._answered()

    def received(self, user_id: int, seq: int) -> None:
        """The client has applied everything up to `seq`; a number beyond what was sent counts as what was sent."""
        sub = self.subscriptions.get(user_id)
        if sub is not None:
            sub.received = max(sub.received, min(seq, sub.position))
        if self._asked_at is not None:
            is_soon = time.monotonic() - self._asked_at < SOON_SECONDS
            self._frame_bytes = TO_CLIENT_BYTES if is_soon else SMALL_FRAME_BYTES
            self._asked_at = None
        self._answered()

    async def run(self) -> None:
        """Serves the socket until cancelled: events as they come, a heartbeat when one is due."""
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
        """Gives each subscription that is behind its next frame; whether any frame was sent."""
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
            # No further than the stream: the log may be ahead of it, and who is ahead of their stream is sent back.
            chunk = await self._read(sub, min(room, page, sub.stream.head - sub.position))
            if chunk is None or self.subscriptions.get(sub.stream.user_id) is not sub:
                return True
            frame = self._frame(sub, chunk)
        await self._send(frame)
        if self.out >= outbound.WINDOW:
            await self._heartbeat()
        return True

    def _next_frame(self, sub: Subscription) -> str | None:
        """What the client may be sent next from memory; None where that does not reach back, or nothing may be sent."""
        room = outbound.WINDOW - self.out
        chunk = sub.stream.after(sub.position, room, self._frame_bytes) if room > 0 else None
        return None if chunk is None else self._frame(sub, chunk)

    def _frame(self, sub: Subscription, chunk: Chunk) -> str:
        """The chunk as a frame that counts as sent."""
        sub.position = chunk.last
        self._sent_since_heartbeat = True
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        return chunk.frame()

    async def _read(self, sub: Subscription, limit: int) -> Chunk | None:
        """The next events from the log; None, after a `reset`, where the log no longer holds them."""
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
        # A client counts heartbeats without events as a loss: while it is owed something, none comes without an event,
        # unless it has answered that it is not done yet and would not be asked again.
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
