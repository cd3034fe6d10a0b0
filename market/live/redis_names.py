"""The site's prefix for keys and channels: sites may share a Redis, whose pub/sub ignores database numbers."""

from __future__ import annotations

from django.conf import settings


def name(thing: str) -> str:
    """This site's key or channel, as in `name("market.quotes")`."""
    return f"{settings.REDIS_PREFIX}.{thing}"
