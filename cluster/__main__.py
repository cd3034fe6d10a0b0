"""`make cluster`: runs the whole site on this machine until Ctrl-C; prints its address and how to use it once."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from cluster import debian
from cluster.parts import CannotStart
from cluster.site import Cluster
from webapp import settings
from webapp.launch.listener import CannotListen
from webapp.launch.private_folder import NotPrivateError
from webapp.launch.supervisor import sign_ins

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    began = time.monotonic()
    try:
        programs = debian.find()
        cluster = Cluster(
            settings.BASE_DIR,
            programs,
            dict(os.environ),
            servers=settings.SERVERS,
            host=settings.HOST,
            port=settings.PORT,
            site=settings.ALLOWED_HOSTS[0].lstrip("*.") or "127.0.0.1",
        )
        for number in STOPS:
            signal.signal(number, _interrupt)
        with cluster:
            _greet(cluster, began)
            cluster.watch(lambda line: print(line, file=sys.stderr, flush=True))
    except KeyboardInterrupt:
        print("Stopped.")
    except CannotListen as error:
        raise SystemExit(f"HOST={settings.HOST} PORT={settings.PORT} can't be used: {error}.") from None
    except (debian.Missing, CannotStart, NotPrivateError) as error:
        raise SystemExit(str(error)) from None


def _greet(cluster: Cluster, began: float) -> None:
    ports = " and ".join(str(server.port) for server in cluster.servers)
    file = cluster.write_environment().relative_to(settings.BASE_DIR)
    print(f"The order monitor is at {cluster.url}/ ({time.monotonic() - began:.1f} s)")
    print(f"nginx, servers on the ports {ports}, Redis and PostgreSQL; their logs are in .cluster/logs.")
    print(f"For manage.py in another terminal: set -a; . {file}; set +a")
    print(sign_ins(settings.DEMO_PEOPLE), flush=True)


def _interrupt(number: int, frame: Any) -> None:
    # Ignore further signals: a second one must not interrupt the graceful shutdown.
    for stop in STOPS:
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
