"""Viewers of prices: what each wants and has not been sent yet, with throttling and conflation.

Back-pressure: a viewer that does not take its frames is sent nothing until it does, and then the latest prices. It
delays no other viewer, and no prices pile up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

log = logging.getLogger(__name__)

RATES = (1, 2, 5, 10, 20)
USUAL_RATE = 10
# A viewer that is behind is retried after this time, even without new prices.
AGAIN_SECONDS = 0.1

Build = Callable[[str, int, str | None], str]
# Called with each symbol and the text of its quote as they arrive, none left out.
Hear = Callable[[str, str], None]


def deaf(symbol: str, text: str) -> None:
    """Hear nothing."""


class Viewer(Protocol):
    """A socket, as the price hub sees it."""

    def show(self, frame: str) -> bool:
        """Send a frame of quotes. False, with nothing sent, while earlier frames are still waiting."""

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        """Report that these symbols wait for a slot of the feed."""


class Interest:
    """What one viewer wants and has not been sent yet."""

    __slots__ = ("told_queued", "unseen", "unseen_feed", "viewer", "wanted", "working")

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.wanted: frozenset[str] = frozenset()
        self.working: frozenset[str] = frozenset()
        # Each symbol with the number of its changes that were not sent yet.
        self.unseen: dict[str, int] = {}
        self.unseen_feed = True
        self.told_queued: set[str] = set()

    def miss(self, changes: dict[str, int]) -> None:
        """Add changes that this viewer was not sent."""
        for symbol, count in changes.items():
            if symbol in self.wanted:
                self.unseen[symbol] = self.unseen.get(symbol, 0) + count

    def tell_queued(self, waiting: frozenset[str], limit: int) -> None:
        """Tell the viewer which wanted symbols wait for a slot of the feed, once each time they begin to."""
        queued = self.wanted & waiting
        if new := queued - self.told_queued:
            self.viewer.queued(sorted(new), limit)
        self.told_queued = set(queued)


# Symbols, the number of changes they contain, and whether to include the feed's state.
Key = tuple[frozenset[str], int, bool]
Frames = Callable[[Iterable[str], int, bool], str]


class Pace:
    """A throttle: sends its viewers what changed, at most `per_second` times; the first change after a pause at once.

    `frame_of` builds the frame of a `Key`, empty if there is nothing to send. 0 per second means no throttling.
    """

    def __init__(self, frame_of: Frames, per_second: float) -> None:
        self._frame_of = frame_of
        self._seconds = 1 / per_second if per_second else 0.0
        self._changed: dict[str, int] = {}
        self._timer: asyncio.Handle | None = None
        self._again: asyncio.TimerHandle | None = None
        self._next_at = 0.0
        self._interests: set[Interest] = set()
        self.sent = 0
        # Changes that were never sent on their own, because a later one of the same symbol replaced them.
        self.conflated = 0

    def enter(self, interest: Interest) -> None:
        self._interests.add(interest)

    def leave(self, interest: Interest) -> None:
        """Remove a viewer; its unsent changes move with it to its next pace."""
        self._interests.discard(interest)
        interest.miss(self._changed)
        if not self._interests:
            self._changed.clear()

    def changed(self, symbol: str | None = None) -> None:
        """Schedule a flush for a changed symbol, or with None for other news to a viewer."""
        if not self._interests:
            return
        if symbol is not None:
            self._changed[symbol] = self._changed.get(symbol, 0) + 1
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = self._next_at - loop.time()
            self._timer = loop.call_later(wait, self._flush) if wait > 0 else loop.call_soon(self._flush)

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        self._next_at = loop.time() + self._seconds
        changed, self._changed = self._changed, {}
        frames: dict[Key, str] = {}
        is_behind = False
        for interest in self._interests:
            # Reuse the viewer's own frozenset where possible: its hash is cached, and the frame lookup needs it.
            wanted = interest.wanted
            new = wanted if changed.keys() >= wanted else wanted.intersection(changed)
            if interest.unseen:
                for symbol in new:
                    interest.unseen[symbol] = interest.unseen.get(symbol, 0) + changed[symbol]
                key = (frozenset(interest.unseen), sum(interest.unseen.values()), interest.unseen_feed)
            else:
                key = (new, sum(map(changed.__getitem__, new)), interest.unseen_feed)
            if (key[0] or interest.unseen_feed) and not self._show(interest, key, frames):
                interest.unseen = interest.unseen or {symbol: changed[symbol] for symbol in new}
                is_behind = True
        if is_behind and self._again is None:
            self._again = loop.call_later(AGAIN_SECONDS, self._look_again)

    def _look_again(self) -> None:
        """Retry viewers that are behind; a timer of its own, so that the others are not delayed."""
        self._again = None
        self.changed()

    def _show(self, interest: Interest, key: Key, frames: dict[Key, str]) -> bool:
        """Send one viewer its frame, which viewers with the same key share. A failing viewer doesn't affect others."""
        if key not in frames:
            frames[key] = self._frame_of(*key)
        try:
            if frames[key] and not interest.viewer.show(frames[key]):
                return False
        except Exception:
            log.exception("Sending prices to a viewer failed.")
        if frames[key]:
            self.sent += 1
            self.conflated += max(0, key[1] - len(key[0]))
        interest.unseen.clear()
        interest.unseen_feed = False
        return True
