"""The feed's last known status, and its age."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import orjson

from market.live import redis_board

# The fields that viewers see; a change of any other, such as counts and times, is not reported.
SHOWN = ("name", "state", "reason", "limit", "in_use", "queued")


# A feed that has not reported for this long is considered dead.
SILENT_SECONDS = redis_board.FEED_SECONDS
LOOK_SECONDS = 1.0


class Silence(Exception):
    """The feed has not reported: its process may be dead, or the connection to Redis."""


class FeedState:
    """The feed's state. `text` is the JSON that viewers get; `hear` and `lose` return whether it changed."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {}
        self._heard_at = 0.0
        self._show({"name": "", "state": "connecting", "reason": ""})

    @property
    def state(self) -> str:
        """One of market.live.ticks.State; `down` if nothing is heard of it."""
        return str(self._state["state"])

    @property
    def queued(self) -> frozenset[str]:
        """Symbols that wait for a slot."""
        return frozenset(self._state.get("queued") or ())

    @property
    def limit(self) -> int:
        return self._state.get("limit") or 0

    @property
    def silence(self) -> float:
        """Seconds since the last report, or since listening began."""
        return time.monotonic() - self._heard_at

    def listen(self) -> None:
        self._heard_at = time.monotonic()

    async def until_lost(self) -> None:
        """Watchdog: raises Silence once the feed stops reporting. A live feed reports even without new prices."""
        while self.silence <= SILENT_SECONDS:  # noqa: ASYNC110 silence is no event
            await asyncio.sleep(LOOK_SECONDS)
        raise Silence

    def hear(self, text: str) -> bool:
        """Take a status report of the feed's process; anything else is ignored."""
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
