"""The broker that prices pass through: the channel layer's first Redis, reached without the layer."""

from __future__ import annotations

from functools import cache
from typing import Any

import redis
import redis.asyncio
from django.conf import settings


def url() -> str:
    layers: Any = settings.CHANNEL_LAYERS
    return str(layers["default"]["CONFIG"]["hosts"][0])


def connect(seconds: float = 1.0, address: str | None = None) -> redis.Redis:
    """For threads, which share its connections; nobody is waited for longer than `seconds`.

    A connection that was ended from the other side is made anew before it is used.
    """
    return _connect(address or url(), seconds)


@cache
def _connect(address: str, seconds: float) -> redis.Redis:
    return redis.Redis.from_url(
        address, socket_timeout=seconds, socket_connect_timeout=seconds, retry=None, decode_responses=True
    )


def connect_async(seconds: float | None = None) -> redis.asyncio.Redis:
    """For an event loop; None waits for as long as a subscription is silent."""
    return redis.asyncio.Redis.from_url(
        url(), socket_timeout=seconds, socket_connect_timeout=2.0, retry=None, decode_responses=True
    )
