"""Sender of messages to Channels groups from a thread without an event loop: any number of them in one round trip.

On channels_redis' pub/sub layer it publishes what that layer's own `group_send` would, for a third of the processor
time; on any other layer it calls `group_send`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import _consistent_hash

from market.live import redis_client

Message = tuple[str, dict[str, Any]]


class GroupSender:
    """A sender for one thread of one process; it connects when it first sends, and again after an error."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is the timeout of a connect and of each reply."""
        self._seconds = seconds
        self._layer: Any = None
        self._prefix = ""
        self._connections: list[Any] = []  # redis-py's own, whose commands have no types

    def send(self, messages: Sequence[Message]) -> None:
        """Send each (group, message) in order. Raises the errors of the layer or Redis; some may be sent by then."""
        layer: Any = get_channel_layer()
        if not isinstance(layer, RedisPubSubChannelLayer):
            for group, message in messages:
                async_to_sync(layer.group_send)(group, message)
            return
        if layer is not self._layer:
            self._aim_at(layer)
        commands: list[list[tuple[str, str, bytes]]] = [[] for _ in self._connections]
        for group, message in messages:
            channel = f"{self._prefix}__group__{group}"
            shard = _consistent_hash(channel, len(self._connections))
            commands[shard].append(("PUBLISH", channel, layer.serialize(message)))
        for connection, of_this_shard in zip(self._connections, commands, strict=True):
            if of_this_shard:
                _ask(connection, of_this_shard)

    def _aim_at(self, layer: RedisPubSubChannelLayer) -> None:
        for connection in self._connections:
            connection.disconnect()
        self._prefix = redis_client.group_prefix()
        self._connections = redis_client.connections(self._seconds)
        self._layer = layer


def _ask(connection: Any, commands: list[tuple[str, str, bytes]]) -> None:
    try:
        connection.send_packed_command(connection.pack_commands(commands))
        for _ in commands:
            connection.read_response()
    except BaseException:
        # Replies still to come would otherwise be taken for those of the next commands.
        with suppress(redis.RedisError, OSError):
            connection.disconnect()
        raise
