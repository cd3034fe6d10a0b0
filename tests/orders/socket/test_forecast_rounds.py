"""The rounds of a server process' forecasts: one a second, whatever fails, and none that nobody looks at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from orders.forecasts import asking
from orders.live.threads import in_thread
from orders.models import Order
from orders.socket import forecast_hub
from orders.socket.forecast_hub import ForecastHub
from tests.market.conftest import until
from tests.orders.builders import place
from tests.orders.foretold import Oracle
from tests.orders.glasses import Glass, rows_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def glass(alice: User) -> Glass:
    return Glass(alice)


@pytest.fixture
async def order(alice: User) -> Order:
    return await in_thread(place, alice)


class Pace:
    """Takes the place of the clock and of sleeping in a running hub; ends it after some rounds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
        self.now, self.slept, self._rounds = 100.0, list[float](), rounds
        self.over = asyncio.Event()
        fake = type("Fake", (), {"sleep": staticmethod(self._sleep), "Event": asyncio.Event})
        monkeypatch.setattr(forecast_hub, "asyncio", fake)
        monkeypatch.setattr(forecast_hub.time, "monotonic", lambda: self.now)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        if len(self.slept) == self._rounds:
            self.over.set()
            await asyncio.Event().wait()


@pytest.fixture
async def running(oracle: Oracle) -> AsyncIterator[ForecastHub]:
    own = ForecastHub()
    yield own
    await own.close()


async def test_rounds_come_every_two_seconds_however_long_one_takes_and_whatever_fails(
    running: ForecastHub,
    glass: Glass,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pace, looks = Pace(monkeypatch, 6), 0
    working = asking.working

    def slowly(ids: Any) -> dict[int, Order]:
        nonlocal looks
        looks += 1
        pace.now += {1: 0.25, 2: 3.0}.get(looks, 0.0)
        if looks in (3, 4):
            raise OperationalError("refused")
        if looks == 5:
            raise ValueError
        return working(ids)

    monkeypatch.setattr(asking, "working", slowly)
    running.watch(glass, [order.pk])
    await pace.over.wait()
    assert pace.slept == [1.75, 0.0, 2.0, 2.0, 2.0, 2.0]
    assert caplog.messages == [
        "Orders can't be read for forecasts (refused).",
        "A round of forecasts failed.",
        "Orders are read again.",
    ]


class Waited(asyncio.Event):
    """An event that tells when it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.is_waited_for.set()
        return await super().wait()


async def test_without_viewers_nothing_is_asked_and_the_next_one_begins_at_once(
    running: ForecastHub, oracle: Oracle, glass: Glass, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_hub, "ROUND_SECONDS", 0.0)
    running._changed = changed = Waited()
    running.watch(glass, [order.pk])
    await until(lambda: glass.frames, "the first frame")
    assert not changed.is_waited_for.is_set()
    running.leave(glass)
    await changed.is_waited_for.wait()
    assert not changed.is_set()
    asked = len(oracle.asked)
    glass.taken()

    running.watch(glass, [order.pk])
    await until(lambda: glass.frames, "the next frame")
    assert glass.taken() == rows_of(order, 0.334)
    assert len(oracle.asked) > asked
