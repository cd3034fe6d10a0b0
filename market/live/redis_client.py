"""Connections to the channel layer's Redis; prices, leases and counts use its first shard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import redis
import redis.asyncio
from anyio import CancelScope
from django.conf import settings
from redis.asyncio.client import PubSub
from redis.backoff import NoBackoff
from redis.retry import Retry

# No handshake commands: a client sends its first command at once.
_PLAIN: dict[str, Any] = {"protocol": 2, "driver_info": None}


def urls() -> list[str]:
    """The addresses of all shards."""
    return [str(host) for host in _configured()["hosts"]]


def url() -> str:
    return urls()[0]


def connect(seconds: float = 1.0, address: str | None = None, retries: int = 0) -> redis.Redis:
    """A client for threads, which share its connection pool; `seconds` is the timeout.

    A connection that Redis has closed is reopened before it is used.
    """
    return _connect(address or url(), seconds, retries)


@cache
def _connect(address: str, seconds: float, retries: int) -> redis.Redis:
    retry = Retry(NoBackoff(), retries) if retries else None
    waits = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    return redis.Redis.from_url(address, **waits, retry=retry, decode_responses=True, **_PLAIN)


@asynccontextmanager
async def connect_async(seconds: float | None = None) -> AsyncIterator[redis.asyncio.Redis]:
    """A client for an event loop; None, for subscriptions, waits without a timeout."""
    client = redis.asyncio.Redis.from_url(
        url(), socket_timeout=seconds, socket_connect_timeout=2.0, retry=None, decode_responses=True
    )
    try:
        yield client
    finally:
        with CancelScope(shield=True):  # redis-py closes a connection in several steps
            await client.aclose()


@asynccontextmanager
async def subscribe_async() -> AsyncIterator[PubSub]:
    """A subscription with a connection of its own."""
    async with connect_async() as client:
        heard = client.pubsub(ignore_subscribe_messages=True)
        try:
            yield heard
        finally:
            with CancelScope(shield=True):
                await heard.aclose()  # type: ignore[no-untyped-call]


def group_prefix() -> str:
    """The prefix of the channel layer's group names."""
    return str(_configured().get("prefix", "asgi"))


def connections(seconds: float) -> list[Any]:
    """A raw connection to each shard, for one thread that packs its own commands."""
    waits = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    pools = [redis.ConnectionPool.from_url(address, retry=Retry(NoBackoff(), 0), **waits) for address in urls()]
    return [pool.make_connection() for pool in pools]


def _configured() -> dict[str, Any]:
    layers: Any = settings.CHANNEL_LAYERS
    return dict(layers["default"]["CONFIG"])
