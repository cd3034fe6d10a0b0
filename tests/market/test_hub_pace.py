"""What one turn of prices shows to whom: the changed ones of each viewer, and one frame for who wants the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

from market.hub import Interest, Pace, QuoteHub


class Viewer:
    """Keeps what it is shown; while it is `busy` it takes nothing."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.busy = False

    def show(self, frame: str) -> bool:
        if not self.busy:
            self.shown.append(frame)
        return not self.busy

    def queued(self, symbols: Iterable[str], limit: int) -> None:
        raise AssertionError("nobody waits for a place here")


class Turns:
    """A pace without a rate, and its hub."""

    def __init__(self) -> None:
        self.hub = QuoteHub(lambda joined, changes, feed: f'{{"changes":{changes},"quotes":[{joined}]}}')
        self.pace = Pace(self.hub, 0)

    def viewer(self, *symbols: str) -> Viewer:
        viewer = Viewer()
        interest = Interest(viewer)
        interest.wanted = frozenset(symbols)
        self.pace.interests.add(interest)
        return viewer

    async def tell(self, **values: int) -> None:
        for symbol, value in values.items():
            self.hub.texts[symbol] = json.dumps([symbol, value])
            self.pace.changed(symbol)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def told(frame: str) -> tuple[int, dict[str, int]]:
    read = json.loads(frame)
    return read["changes"], dict(read["quotes"])


async def test_each_viewer_is_shown_the_changed_ones_of_his_own() -> None:
    turns = Turns()
    both, one, other = turns.viewer("A", "B"), turns.viewer("A"), turns.viewer("C")

    await turns.tell(A=1, B=2)
    await turns.tell(B=3)

    assert [told(frame) for frame in both.shown] == [(2, {"A": 1, "B": 2}), (1, {"B": 3})]
    assert [told(frame) for frame in one.shown] == [(1, {"A": 1})]
    assert other.shown == []


async def test_viewers_of_the_same_symbols_share_one_frame() -> None:
    turns = Turns()
    one, other = turns.viewer("A", "B"), turns.viewer("B", "A")

    await turns.tell(A=1, B=2, C=3)

    assert one.shown[0] is other.shown[0]


async def test_who_is_behind_gets_the_latest_once_he_takes_it_and_with_it_the_count_of_all_changes() -> None:
    turns = Turns()
    quick, slow = turns.viewer("A", "B"), turns.viewer("A", "B")
    slow.busy = True

    await turns.tell(A=1, B=1)
    await turns.tell(A=2)
    slow.busy = False
    turns.pace._flush()

    assert [told(frame) for frame in quick.shown] == [(2, {"A": 1, "B": 1}), (1, {"A": 2})]
    assert [told(frame) for frame in slow.shown] == [(3, {"A": 2, "B": 1})]
