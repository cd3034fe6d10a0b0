"""In-memory buffer of one owner's newest events in this process, without gaps, shared by any number of sockets."""

from __future__ import annotations

from collections.abc import Sequence

from orders.protocol import outbound
from orders.protocol.sizes import TO_CLIENT_BYTES

RING = 1000
RING_BYTES = 1024 * 1024
# Sockets that get the same events within this many milliseconds get the same frame.
SHARED_MS = 1.0


class Chunk:
    """Consecutive events; `last` is the number of the newest of them."""

    __slots__ = ("_frame", "_joined", "_sent", "last")

    def __init__(self, last: int, joined: str) -> None:
        self.last = last
        self._joined = joined
        self._frame, self._sent = "", 0.0

    def frame(self) -> str:
        """Their frame, stamped as sent now or within the last SHARED_MS."""
        now = outbound.now()
        if not 0 <= now - self._sent < SHARED_MS:
            self._frame, self._sent = outbound.events(self._joined, now), now
        return self._frame


class Stream:
    """An owner's buffer. `head` is its newest number, announced by this site as the next or confirmed by the log."""

    def __init__(self, user_id: int, user: str, head: int) -> None:
        self.user_id = user_id
        self.user = user
        self.head = head
        self._texts: list[str] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._chunk: tuple[tuple[int, int, int], Chunk] | None = None

    def take(self, first: int, texts: Sequence[str]) -> bool:
        """Append consecutive events numbered from `first`, without those already known. Return False on a gap."""
        if first > self.head + 1:
            return False
        for text in texts[self.head + 1 - first :]:
            size = len(text.encode()) + 1
            self._texts.append(text)
            self._sizes.append(size)
            self._bytes += size
            self.head += 1
        self._forget()
        return True

    def jump(self, head: int) -> None:
        """Continue from `head` with an empty buffer; sockets read earlier events from the log."""
        self._texts.clear()
        self._sizes.clear()
        self._bytes = 0
        self.head = head

    def after(self, position: int, limit: int, frame_bytes: int = TO_CLIENT_BYTES) -> Chunk | None:
        """The events after `position`, at most `limit` and at most a frame; None if the buffer no longer holds them."""
        start = position - (self.head - len(self._texts))
        if start < 0:
            return None
        limit = min(limit, self.head - position)
        asked = (position, limit, frame_bytes)
        if self._chunk is not None and self._chunk[0] == asked and self._chunk[1].last == self.head:
            return self._chunk[1]
        chunk = pack(position, self._texts[start : start + limit], self._sizes[start : start + limit], frame_bytes)
        # Cached: sockets that keep up ask for the same events one after the other.
        self._chunk = (asked, chunk)
        return chunk

    def _forget(self) -> None:
        if len(self._texts) <= 2 * RING and self._bytes <= 2 * RING_BYTES:
            return
        keep, size = 0, 0
        while keep < min(RING, len(self._texts)) and size + self._sizes[-1 - keep] <= RING_BYTES:
            size += self._sizes[-1 - keep]
            keep += 1
        del self._texts[: len(self._texts) - keep], self._sizes[: len(self._sizes) - keep]
        self._bytes = size


def pack(
    position: int, texts: Sequence[str], sizes: Sequence[int] | None = None, frame_bytes: int = TO_CLIENT_BYTES
) -> Chunk:
    """As many of these events, the first numbered `position` + 1, as one frame may hold; at least one."""
    room = frame_bytes - outbound.EVENTS_ENVELOPE
    count = 0
    for size in sizes or [len(text.encode()) + 1 for text in texts]:
        room -= size
        if room < 0 and count:
            break
        count += 1
    return Chunk(position + count, ",".join(texts[:count]))
