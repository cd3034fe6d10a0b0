"""One server of the cluster: `manage.py serve` on a port of its own, on the database and broker of all."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from cluster.parts import Part
from webapp import serving


class Server(Part):
    def __init__(self, name: str, project: Path, log: Path, port: int, environment: dict[str, str], site: str) -> None:
        """`site` is a host name that the site answers to."""
        super().__init__(name, log)
        self.project, self.port, self.site = project, port, site
        self.url = f"http://127.0.0.1:{port}"
        own = {"HOST": "127.0.0.1", "PORT": str(port), "PROXY_HEADERS": "on", "PYTHONUNBUFFERED": "1"}
        self.environment = environment | own

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the process and does not wait for it."""
        return self.run([sys.executable, "manage.py", "serve"], cwd=self.project, env=self.environment)

    def start(self) -> None:
        """Returns when it is ready. Raises CannotStart."""
        self.launch()
        self.wait(self.is_ready)

    def is_ready(self) -> bool:
        return serving.is_ready("127.0.0.1", self.port, self.site)


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
