"""Leases on wanted symbols: each process renews its own, which expires with the process."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import redis.asyncio

from market.live import redis_board
from market.live.redis_names import name

INDEX = name("market.wanted")
SECONDS = 15
RENEW_SECONDS = 5.0

# Keys: the index, this process's key. Arguments: its name, its text, the seconds. Publishes the change at once.
_RENEW = """
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PUBLISH', KEYS[1], ARGV[1])
return 1
"""


def _key(name: str) -> str:
    return f"{INDEX}.{name}"


class Lease:
    """The symbols that one process wants, each with whether a viewer has a working order in it."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self.name = secrets.token_hex(8)
        self._client = client
        self._renew = client.register_script(_RENEW)

    async def renew(self, wanted: Mapping[str, bool]) -> None:
        """Replace what this process wants, for the next SECONDS."""
        text = orjson.dumps(dict(wanted)).decode()
        await self._renew(keys=[INDEX, _key(self.name)], args=[self.name, text, SECONDS])

    async def end(self) -> None:
        await self._client.delete(_key(self.name))
        await self._client.srem(INDEX, self.name)
        await self._client.publish(INDEX, self.name)


async def wanted(client: redis.asyncio.Redis) -> dict[str, bool]:
    """The union of all unexpired leases; True for symbols with a working order in any of them."""
    names: Any = sorted(await client.smembers(INDEX))
    if not names:
        return {}
    texts = await client.mget([_key(name) for name in names])
    gone = [name for name, text in zip(names, texts, strict=True) if text is None]
    if gone:
        await client.srem(INDEX, *gone)
    told = [redis_board.said(text) for text in texts if text is not None]
    return union(lease for lease in told if lease is not None)


def union(leases: Iterable[Mapping[str, bool]]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for lease in leases:
        for symbol, is_working in lease.items():
            found[symbol] = found.get(symbol, False) or bool(is_working)
    return found
