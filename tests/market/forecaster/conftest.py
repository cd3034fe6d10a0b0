"""A forecaster that loses no time, on the market's own Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import redis.asyncio

from market.forecaster import lead, service, wire
from market.live import feed_status, hub, leases
from tests.market.forecaster.stage import Stage


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(service, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(lead, "ROUND_SECONDS", 0.02)
    monkeypatch.setattr(lead, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(hub, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(feed_status, "SILENT_SECONDS", 600)


@pytest.fixture
async def stage(client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    found = Stage()
    monkeypatch.setattr(wire, "time", SimpleNamespace(time=found.clock))
    await found.prepare(client, "AAPL", "KO")
    yield found
    for each in found.processes:
        await each.end()
