"""Signatures of published events: messages from any other client that can write to Redis are not trusted.

The key derives from the site's secret and its database, so that a copy of a site with the same secret has another key.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import orjson
from django.conf import settings


def sign(user_id: int, first: int, texts: Sequence[str]) -> str:
    """The signature of these events of this owner, the first of them numbered `first`."""
    return blake2b(orjson.dumps([user_id, first, texts]), key=_key(*_site()), digest_size=16).hexdigest()


def is_signed(message: Mapping[str, Any]) -> bool:
    """Whether this site has signed a message with `user_id`, `first` and `texts`."""
    signature = message.get("signature")
    if not isinstance(signature, str) or not signature.isascii():
        return False
    return hmac.compare_digest(signature, sign(message["user_id"], message["first"], message["texts"]))


def _site() -> tuple[str, str]:
    database = settings.DATABASES["default"]
    return settings.SECRET_KEY, "\n".join(str(database.get(name, "")) for name in ("HOST", "PORT", "NAME"))


@cache
def _key(secret: str, database: str) -> bytes:
    return blake2b(f"{secret}\n{database}".encode(), person=b"announcements", digest_size=32).digest()
