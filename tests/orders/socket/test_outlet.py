"""Where a socket's latest-only frames go: whom it keeps waiting, and that nothing of it is left when it goes."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from orders.socket import outlet
from orders.socket.outlet import Outlet
from tests.market.conftest import until


class Line:
    """What a socket sends through: `full` holds what was sent back, `closed` counts the closes."""

    def __init__(self, *, at_once: bool) -> None:
        self.sent: list[str] = []
        self.closed = 0
        self.full = False
        self.free = asyncio.Event()
        self.outlet = Outlet(
            self._send,
            self._too_slow,
            self.sent.append if at_once else None,
            (lambda: self.full) if at_once else None,
        )

    async def _send(self, text: str) -> None:
        await self.free.wait()
        self.sent.append(text)

    async def _too_slow(self) -> None:
        self.closed += 1


async def test_who_has_some_to_take_is_shown_nothing_and_closed_once_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(outlet, "time", SimpleNamespace(monotonic=lambda: now))
    line = Line(at_once=True)
    assert line.outlet.show("1")
    line.full = True
    assert not line.outlet.show("2")
    now += outlet.STUCK_SECONDS - 1
    assert not line.outlet.show("3")
    line.full = False
    assert line.outlet.show("4")

    line.full = True
    for _ in range(4):
        now += outlet.STUCK_SECONDS / 2 + 1
        assert not line.outlet.show("5")
    await until(lambda: line.closed, "the close")

    assert (line.sent, line.closed) == (["1", "4"], 1)


async def test_where_the_server_sends_by_turns_one_frame_is_under_way_and_ends_with_its_socket() -> None:
    line = Line(at_once=False)
    assert line.outlet.show("1")
    assert not line.outlet.show("2")
    line.free.set()
    await until(lambda: line.sent == ["1"], "its turn")
    assert line.outlet.show("3")
    await until(lambda: line.sent == ["1", "3"], "both")

    line.free.clear()
    assert line.outlet.show("4")
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    line.outlet.leave()
    await asyncio.wait(under_way)
    assert line.sent == ["1", "3"]
