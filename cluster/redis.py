"""A Redis of one's own on a unix socket that only its owner may open; it keeps nothing, for it needs nothing kept."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cluster.parts import Part
from webapp.launch import embedded_redis


class Redis(Part):
    def __init__(self, folder: Path, program: str, log_file: Path) -> None:
        """The socket's path follows from the folder."""
        super().__init__("Redis", log_file)
        self.program = program
        self.socket = embedded_redis.socket_path(folder)
        self.url = embedded_redis.url(folder)
        self.options: list[str] = []
        """Further ones of the server's own, beyond what keeps it to its socket and nothing on the disk."""

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the process and does not wait for it. Raises BrokerError."""
        embedded_redis.make_private(self.socket.parent)
        self.socket.unlink(missing_ok=True)
        return self.run([self.program, *embedded_redis.options(self.socket), *self.options])

    def start(self) -> None:
        """Returns when it answers. Raises BrokerError or CannotStart."""
        self.launch()
        self.wait(lambda: embedded_redis.answers(self.socket))

    def stop(self, number: int | None = None) -> None:
        super().stop(number)
        if self.process is not None:  # else it is another's
            self.socket.unlink(missing_ok=True)
