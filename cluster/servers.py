"""One server of the cluster: `manage.py serve` on its own port, with the shared database and Redis."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cluster.parts import HeldPort, Part
from webapp.launch import supervisor


class Server(Part):
    def __init__(self, name: str, project: Path, log_file: Path, environment: dict[str, str], site: str) -> None:
        """`site` is a host name that the site answers to. The port stays reserved for this server across restarts."""
        super().__init__(name, log_file)
        self.project, self.site = project, site
        self._held = HeldPort()
        self.port = self._held.number
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"HOST": "127.0.0.1", "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        self.environment = environment | own

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it."""
        return self.run([sys.executable, "manage.py", "serve"], cwd=self.project, env=self.environment)

    def start(self) -> None:
        """Start it, and return once it is ready. Raises CannotStart."""
        self.launch()
        self.wait(self.is_ready)

    def is_ready(self) -> bool:
        return supervisor.is_ready("127.0.0.1", self.port, self.site)
