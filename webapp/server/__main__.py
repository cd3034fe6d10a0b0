"""One web process: `python -m webapp.server --port 8000`, or `--fd N` with a bound socket of its parent.

It listens once it can answer. The database must be migrated; prices and fills have processes of their own.
"""

from __future__ import annotations

import argparse
import signal
import socket
import sys

from webapp.launch.listener import bind


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m webapp.server", description="Serves the order monitor.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--fd", type=int, help="the file descriptor of a bound socket")
    where.add_argument("--port", type=int)
    parser.add_argument("--host", default="127.0.0.1", help="with --port (default: 127.0.0.1)")
    parser.add_argument("--proxy-headers", action="store_true", help="trust X-Forwarded-For and X-Forwarded-Proto")
    options = parser.parse_args()
    # uvicorn raises the signal that ended it again; unhandled, that would skip the exit handlers.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    bound = bind(options.host, options.port) if options.fd is None else socket.socket(fileno=options.fd)

    from webapp.asgi import application  # sets up Django, which the following imports need
    from webapp.server.configuration import configuration
    from webapp.server.graceful import Server

    with bound:
        Server(configuration(application, proxy_headers=options.proxy_headers)).run([bound])


if __name__ == "__main__":
    main()
