"""nginx as the servers' reverse proxy: static files, websockets, and no request lost to a server that shuts down."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from cluster.parts import Part

TEMPLATE = Path(__file__).with_name("nginx.conf")


def configuration(
    servers: list[str],
    listen: str,
    static: Path,
    user: str | None = None,
    *,
    resolver: str | None = None,
    behind_tls: bool = False,
) -> str:
    """nginx's configuration: the servers' addresses, its own, and the user that its workers run as if it is root.

    With a `resolver`, servers are host names that it resolves again and again (nginx 1.27.3 or newer). `behind_tls` is
    for another proxy in front, which terminates TLS and alone can reach this one: its headers on clients are trusted.
    """
    resolve = " resolve" if resolver else ""
    trusted = ("set_real_ip_from 0.0.0.0/0;", "set_real_ip_from ::/0;", "real_ip_header X-Forwarded-For;")
    values = {
        "SERVERS": "\n".join(f"        server {server} max_fails=0{resolve};" for server in servers),
        "RESOLVER": f"        zone servers 64k;\n        resolver {resolver} valid=5s;" if resolver else "",
        "LISTEN": listen,
        "STATIC": str(static),
        "USER": f"user {user};" if user else "",
        "SCHEME": "https" if behind_tls else "$scheme",
        "TRUSTED": "\n".join(f"        {line}" for line in trusted) if behind_tls else "",
    }
    text = TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


class Nginx(Part):
    def __init__(self, folder: Path, program: str, log_file: Path, host: str, port: int, static: Path) -> None:
        super().__init__("nginx", log_file)
        self.folder, self.program, self.static = folder, program, static
        self.host, self.port = host, port

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def configure(self, ports: list[int]) -> None:
        """Write its configuration for servers on these ports of this machine."""
        self.folder.mkdir(parents=True, exist_ok=True)
        servers = [f"127.0.0.1:{port}" for port in ports]
        # Started by root, its workers would run as another user, who may have no access to the project's folder.
        user = "root" if os.geteuid() == 0 else None
        (self.folder / "nginx.conf").write_text(configuration(servers, self.address, self.static, user))

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process without waiting for it."""
        self._end_orphans()
        return self.run([self.program, "-p", str(self.folder), "-c", "nginx.conf", "-e", "stderr"], cwd=self.folder)

    def start(self) -> None:
        """Start it, and return once it listens. Raises CannotStart."""
        self.launch()
        self.wait(self._listens)

    def reload(self) -> None:
        """Reload the configuration; open connections stay with their workers."""
        self.send(signal.SIGHUP)

    def _end_orphans(self) -> None:
        """Kill the workers of a main process that was killed: they outlive it, and keep the port."""
        if self.process is not None and self.process.poll() is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _listens(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 where it listens on all
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            return probe.connect_ex((host, self.port)) == 0
