"""Latest quotes, bars and feed state in Redis: written by the leader only, read by all processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import redis
import redis.asyncio

from market.live import leader, redis_client
from market.live.redis_names import name

QUOTES = name("market.quotes")
FEED = name("market.feed")
# A feed that has not written its state for this long is considered dead.
FEED_SECONDS = 10
# Bars of a symbol that readers get, and that Redis keeps: enough for a forecast of the next 240 minutes.
BARS = 1500
KEPT_BARS = 5400
# The bars of a symbol that nobody watches any more go after this long: enough for any holiday of its market.
KEPT_SECONDS = 30 * 86_400
# Bars in one call of the script, so that Redis is never busy for more than a millisecond or so.
CHUNK = 250

# Keys: the lock, the hash. Arguments: the term, the prefix of topics, then symbol and text alternately. A write of an
# earlier term is refused.
_WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for place = 3, #ARGV, 2 do
    redis.call('HSET', KEYS[2], ARGV[place], ARGV[place + 1])
    redis.call('PUBLISH', ARGV[2] .. ARGV[place], ARGV[place + 1])
end
return 1
"""
# Keys: the lock, the sorted set. Arguments: the term, how many bars are kept, for how many seconds, then start and text
# alternately. A write of an earlier term is refused.
_WRITE_BARS = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for place = 4, #ARGV, 2 do
    redis.call('ZREMRANGEBYSCORE', KEYS[2], ARGV[place], ARGV[place])
    redis.call('ZADD', KEYS[2], ARGV[place], ARGV[place + 1])
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -ARGV[2] - 1)
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
"""


def topic(symbol: str) -> str:
    """The pub/sub channel of a symbol's quotes."""
    return name(f"market.quote.{symbol}")


def bars_key(symbol: str) -> str:
    return name(f"market.bars.{symbol}")


class Board:
    """The leader's side: writes and publishes."""

    def __init__(self, client: redis.asyncio.Redis, term: str) -> None:
        self._client = client
        self._term = term
        self._script = client.register_script(_WRITE)
        self._bars_script = client.register_script(_WRITE_BARS)

    async def write(self, texts: Mapping[str, str]) -> bool:
        """Store and publish these symbols' quotes. False, with nothing written, if this process no longer leads."""
        pairs = [part for pair in texts.items() for part in pair]
        return bool(await self._script(keys=[leader.KEY, QUOTES], args=[self._term, topic(""), *pairs]))

    async def tell(self, state: Mapping[str, Any]) -> None:
        """Store and publish the feed's state, which expires after FEED_SECONDS."""
        text = orjson.dumps(state).decode()
        async with self._client.pipeline(transaction=False) as pipeline:
            pipeline.set(FEED, text, ex=FEED_SECONDS)
            pipeline.publish(FEED, text)
            await pipeline.execute()

    async def write_bars(self, bars: Mapping[str, Iterable[tuple[int, str]]]) -> bool:
        """Replace these bars of these symbols, and keep only the newest KEPT_BARS of each, for KEPT_SECONDS.

        False, with nothing more written, if this process no longer leads.
        """
        for symbol, found in bars.items():
            pairs = [part for pair in found for part in pair]
            # Prices must not wait until a long history is written. Oldest first: a reader who goes on from the newest
            # bar found misses none.
            for place in range(0, len(pairs), 2 * CHUNK):
                args = [self._term, KEPT_BARS, KEPT_SECONDS, *pairs[place : place + 2 * CHUNK]]
                if not await self._bars_script(keys=[leader.KEY, bars_key(symbol)], args=args):
                    return False
        return True


def said(text: Any) -> dict[str, Any] | None:
    """Parse a JSON object from Redis; None for anything else, because other programs may write there, too."""
    try:
        found = orjson.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def is_quote(text: Any, symbol: str) -> bool:
    told = said(text)
    return told is not None and told.get("symbol") == symbol


def read(symbols: Iterable[str]) -> dict[str, str]:
    """The quotes' JSON texts, for symbols that have one. Raises redis.RedisError."""
    wanted = list(symbols)
    if not wanted:
        return {}
    found: Any = redis_client.connect().hmget(QUOTES, wanted)
    return {symbol: text for symbol, text in zip(wanted, found, strict=True) if is_quote(text, symbol)}


def feed_text() -> str | None:
    """The state of the running feed as JSON; None if no feed runs. Raises redis.RedisError."""
    text: Any = redis_client.connect().get(FEED)
    return None if said(text) is None else str(text)


def read_bars(symbol: str) -> list[str]:
    """The newest BARS one-minute bars as JSON texts, oldest first. Raises redis.RedisError."""
    found: Any = redis_client.connect().zrange(bars_key(symbol), -BARS, -1)
    return [text for text in found if said(text) is not None]


async def bars_after(client: redis.asyncio.Redis, symbol: str, after: int) -> list[str]:
    """The one-minute bars that start later than `after` (unix seconds) as JSON texts, oldest first.

    At most KEPT_BARS, which is all. Raises redis.RedisError.
    """
    found: Any = await client.zrangebyscore(bars_key(symbol), f"({after}", "+inf", 0, KEPT_BARS)
    return [text for text in found if said(text) is not None]


def has_prices() -> bool:
    """Whether a feed runs and any symbol has a price. Raises redis.RedisError."""
    client = redis_client.connect()
    return bool(client.exists(FEED)) and bool(client.exists(QUOTES))
