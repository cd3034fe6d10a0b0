"""`python -m cluster.image on|off`: prints nginx's configuration for the image `front`, behind a TLS proxy or not."""

from __future__ import annotations

import sys
from pathlib import Path

from cluster.nginx import configuration

# As compose.yaml names them; Docker's own DNS server resolves each to its current address.
SERVERS = ["server-1:8000", "server-2:8000"]
DOCKERS_RESOLVER = "127.0.0.11"


def main(tls: str) -> None:
    static = Path("/srv/static")
    print(configuration(SERVERS, "8000", static, "nginx", resolver=DOCKERS_RESOLVER, behind_tls=tls == "on"))


if __name__ == "__main__":
    main(*sys.argv[1:])
