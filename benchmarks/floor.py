"""The floor for any stream: `websockets.broadcast` forwards each message from Redis, and nothing else.

`python -m benchmarks.floor PORT REDIS_URL`. No sign-in, nothing stored, every socket gets every message.
"""

from __future__ import annotations

import asyncio
import sys

import redis.asyncio
from websockets.asyncio.server import ServerConnection, broadcast, serve

CHANNEL = "floor"


async def main(port: int, redis_url: str) -> None:
    connections: set[ServerConnection] = set()

    async def hold(connection: ServerConnection) -> None:
        connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            connections.discard(connection)

    async with (
        serve(hold, "127.0.0.1", port, compression=None, ping_interval=20, backlog=512),
        redis.asyncio.Redis.from_url(redis_url).pubsub() as heard,
    ):
        await heard.subscribe(CHANNEL)
        async for message in heard.listen():
            if message["type"] == "message":
                broadcast(connections, message["data"].decode())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
