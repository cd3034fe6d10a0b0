"""What this process has heard of the feed, and how long ago."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import orjson

from market.live import redis_board

# What a person sees; the rest, counts and times, is no news.
SHOWN = ("name", "state", "reason", "limit", "in_use", "queued")


# A feed that has not been heard of for so long is gone.
SILENT_SECONDS = redis_board.FEED_SECONDS
LOOK_SECONDS = 1.0


class Silence(Exception):
    """Nothing was heard of the feed: it may be gone, or the line to the broker."""


class FeedState:
    """`text` is the state as viewers are told it; each of the methods says whether that has changed."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {}
        self._heard_at = 0.0
        self._show({"name": "", "state": "connecting", "reason": ""})

    @property
    def queued(self) -> frozenset[str]:
        """Symbols that wait for a place."""
        return frozenset(self._state.get("queued") or ())

    @property
    def limit(self) -> int:
        return self._state.get("limit") or 0

    @property
    def silence(self) -> float:
        """Seconds since it was heard of, or since somebody began to listen."""
        return time.monotonic() - self._heard_at

    def listen(self) -> None:
        self._heard_at = time.monotonic()

    async def until_lost(self) -> None:
        """A feed that ends without a word is not taken for one that has nothing to say: raises Silence."""
        while self.silence <= SILENT_SECONDS:  # noqa: ASYNC110 silence is no event
            await asyncio.sleep(LOOK_SECONDS)
        raise Silence

    def hear(self, text: str) -> bool:
        """What the feed's process tells; what is no state is ignored."""
        state = redis_board.said(text)
        if state is None or not {"name", "state"} <= state.keys():
            return False
        self.listen()
        return self._show(state)

    def lose(self, reason: str) -> bool:
        return self._show({"name": self._state["name"], "state": "down", "reason": reason})

    def _show(self, state: Mapping[str, Any]) -> bool:
        before = [self._state.get(name) for name in SHOWN]
        self._state = dict(state)
        if [state.get(name) for name in SHOWN] == before:
            return False
        self.text = orjson.dumps({name: state[name] for name in SHOWN if name in state}).decode()
        return True
