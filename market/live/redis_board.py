"""The latest price of every symbol, shared by all processes, and the feed's state; written by the leader alone."""

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
# Whoever has not written for so long is taken for gone.
FEED_SECONDS = 10
BARS = 1500

# Keys: the lock, the hash. Arguments: the term, how topics begin, then symbol and text in turn. Nothing is written for
# an earlier term.
_WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for place = 3, #ARGV, 2 do
    redis.call('HSET', KEYS[2], ARGV[place], ARGV[place + 1])
    redis.call('PUBLISH', ARGV[2] .. ARGV[place], ARGV[place + 1])
end
return 1
"""


def topic(symbol: str) -> str:
    """The channel on which a symbol's changed prices are told."""
    return name(f"market.quote.{symbol}")


def bars_key(symbol: str) -> str:
    return name(f"market.bars.{symbol}")


class Board:
    """The leader's side."""

    def __init__(self, client: redis.asyncio.Redis, term: str) -> None:
        self._client = client
        self._term = term
        self._script = client.register_script(_WRITE)

    async def write(self, texts: Mapping[str, str]) -> bool:
        """Keeps and tells these symbols' quotes. False, with nothing written, where another leads by now."""
        pairs = [part for pair in texts.items() for part in pair]
        return bool(await self._script(keys=[leader.KEY, QUOTES], args=[self._term, topic(""), *pairs]))

    async def tell(self, state: Mapping[str, Any]) -> None:
        """The feed's state, which ends by itself unless it is told again."""
        text = orjson.dumps(state).decode()
        async with self._client.pipeline(transaction=False) as pipeline:
            pipeline.set(FEED, text, ex=FEED_SECONDS)
            pipeline.publish(FEED, text)
            await pipeline.execute()

    async def write_bars(self, bars: Mapping[str, Iterable[tuple[int, str]]]) -> None:
        """Replaces these minutes of these symbols, and forgets what is older than the newest BARS."""
        for symbol, found in bars.items():
            key = bars_key(symbol)
            # Each by itself: prices must not wait until the history of many has been written.
            async with self._client.pipeline(transaction=True) as pipeline:
                for start, text in found:
                    pipeline.zremrangebyscore(key, start, start)
                    pipeline.zadd(key, {text: start})
                pipeline.zremrangebyrank(key, 0, -BARS - 1)
                await pipeline.execute()


def said(text: Any) -> dict[str, Any] | None:
    """The JSON object in a text of the broker's; None where there is none: others may write there, too."""
    try:
        found = orjson.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def is_quote(text: Any, symbol: str) -> bool:
    told = said(text)
    return told is not None and told.get("symbol") == symbol


def read(symbols: Iterable[str]) -> dict[str, str]:
    """The texts of those that have a price. Raises redis.RedisError."""
    wanted = list(symbols)
    if not wanted:
        return {}
    found: Any = redis_client.connect().hmget(QUOTES, wanted)
    return {symbol: text for symbol, text in zip(wanted, found, strict=True) if is_quote(text, symbol)}


def feed_text() -> str | None:
    """The state of the feed that runs, as JSON; None where none does. Raises redis.RedisError."""
    text: Any = redis_client.connect().get(FEED)
    return None if said(text) is None else str(text)


def read_bars(symbol: str) -> list[str]:
    """The one-minute bars as JSON texts, oldest first. Raises redis.RedisError."""
    found: Any = redis_client.connect().zrange(bars_key(symbol), 0, -1)
    return [text for text in found if said(text) is not None]


def has_prices() -> bool:
    """Whether a feed runs and any symbol has a price. Raises redis.RedisError."""
    client = redis_client.connect()
    return bool(client.exists(FEED)) and bool(client.exists(QUOTES))
