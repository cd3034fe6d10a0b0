"""What the site calls its things in Redis, where other sites may have theirs: pub/sub knows no database numbers."""

from __future__ import annotations

from django.conf import settings


def name(thing: str) -> str:
    """The key or channel of this site's own: `name("market.quotes")`."""
    return f"{settings.REDIS_PREFIX}.{thing}"
