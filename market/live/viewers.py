"""Who looks at prices: what each wants and has not been shown yet, and how often a second he is shown it.

A viewer who does not take what he was sent is sent nothing more until he does, and then the latest: nobody waits for
him, and no price piles up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

log = logging.getLogger(__name__)

RATES = (1, 2, 5, 10, 20)
USUAL_RATE = 10
# Whoever has yet to take a frame is looked at again so soon, however rarely there is news.
AGAIN_SECONDS = 0.1


class Viewer(Protocol):
    """A socket, as far as prices know it."""

    def show(self, frame: str) -> bool:
        """Takes a frame of quotes. False: not now, it still has some to take."""

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        """These symbols wait for a place in the feed."""


class Interest:
    """What one viewer wants, and what he has not been shown yet."""

    __slots__ = ("told_queued", "unseen", "unseen_feed", "viewer", "wanted", "working")

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.wanted: frozenset[str] = frozenset()
        self.working: frozenset[str] = frozenset()
        # Each symbol with how many of its changes he has not seen.
        self.unseen: dict[str, int] = {}
        self.unseen_feed = True
        self.told_queued: set[str] = set()

    def miss(self, changes: dict[str, int]) -> None:
        """These symbols changed so often without his being shown it."""
        for symbol, count in changes.items():
            if symbol in self.wanted:
                self.unseen[symbol] = self.unseen.get(symbol, 0) + count

    def tell_queued(self, waiting: frozenset[str], limit: int) -> None:
        """What he wants of these has to wait for a place in the feed: he is told once each time."""
        queued = self.wanted & waiting
        if new := queued - self.told_queued:
            self.viewer.queued(sorted(new), limit)
        self.told_queued = set(queued)


# Symbols, how many changes they stand for, and whether the feed's state is news.
Key = tuple[frozenset[str], int, bool]
Frames = Callable[[Iterable[str], int, bool], str]


class Pace:
    """Shows its viewers, so many times a second at most, what changed; the first change after a rest at once.

    `frame_of` makes the frame of a `Key`, empty where there is nothing to tell; 0 a second is as often as it comes.
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
        # Changes that no viewer was shown by themselves, since a later one of the same symbol came with them.
        self.conflated = 0

    def enter(self, interest: Interest) -> None:
        self._interests.add(interest)

    def leave(self, interest: Interest) -> None:
        """What he has not been shown here is left to him, for his next pace."""
        self._interests.discard(interest)
        interest.miss(self._changed)
        if not self._interests:
            self._changed.clear()

    def changed(self, symbol: str | None = None) -> None:
        """A symbol's price, or None for something that a viewer of this pace has to be told."""
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
            # His own set has its hash at hand, which finding his frame takes.
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
        """Apart from the flushes: those who keep up wait no longer for it."""
        self._again = None
        self.changed()

    def _show(self, interest: Interest, key: Key, frames: dict[Key, str]) -> bool:
        """Viewers of the same symbols share one frame. Whoever can't be shown anything spoils it for nobody else."""
        if key not in frames:
            frames[key] = self._frame_of(*key)
        try:
            if frames[key] and not interest.viewer.show(frames[key]):
                return False
        except Exception:
            log.exception("A viewer can't be shown any prices.")
        if frames[key]:
            self.sent += 1
            self.conflated += max(0, key[1] - len(key[0]))
        interest.unseen.clear()
        interest.unseen_feed = False
        return True
