"""A private Redis on a unix socket that only its owner may open; without persistence, since none is needed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cluster.parts import Part
from webapp.launch import embedded_redis, private_folder


class Redis(Part):
    def __init__(self, folder: Path, program: str, log_file: Path) -> None:
        """The socket's path derives from the folder."""
        super().__init__("Redis", log_file)
        self.program = program
        self.socket = embedded_redis.socket_path(folder)
        self.url = embedded_redis.url(folder)
        self.options: list[str] = []
        """Further options of the server, next to those for its socket and against persistence."""

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it. Raises NotPrivateError."""
        private_folder.make_private(self.socket.parent)
        self.socket.unlink(missing_ok=True)
        return self.run([self.program, *embedded_redis.options(self.socket), *self.options])

    def start(self) -> None:
        """Start it, and return once it answers. Raises NotPrivateError or CannotStart."""
        self.launch()
        self.wait(lambda: embedded_redis.answers(self.socket))

    def stop(self, number: int | None = None) -> None:
        super().stop(number)
        if self.process is not None:  # otherwise another process owns the socket
            self.socket.unlink(missing_ok=True)
