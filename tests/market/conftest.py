"""A broker that knows of no prices yet, ways to talk to it from a test's event loop, and no way off this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import redis
import redis.asyncio

from market.live import redis_client
from market.live.redis_names import name
from tests.servers import wait_for

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def empty_board(broker_url: str) -> None:
    with redis.Redis.from_url(broker_url) as client:
        if names := client.keys(name("market.*")):
            client.delete(*names)  # type: ignore[misc]


@pytest.fixture
async def client(empty_board: None) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis_client.connect_async(5) as connected:
        yield connected


async def until(fact: Callable[[], Any], what: str) -> Any:
    """The fact's first true value; AssertionError if it does not come true in time."""
    return await asyncio.to_thread(wait_for, fact, what, PATIENCE)
