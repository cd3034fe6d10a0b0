"""The product's server with a hundred orders of one user, and the front from which every page is opened."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson

from benchmarks import served as servers
from benchmarks.grids.front import Front
from benchmarks.grids.load import Load, Order
from benchmarks.served import ROOT, Served

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
ORDERS = 100
ORDER = {"symbol": "AAPL", "side": "buy", "quantity": "900000", "price": "585.33"}
SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
user = User.objects.get(username="bench")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("session", session.session_key)
"""


@dataclass(frozen=True)
class Site:
    """`orders` are all orders, the newest first, as the server sends them; `session` is their owner's session key."""

    front: Front
    session: str
    orders: list[Order]

    def load(self, rows: int) -> Load:
        """A load on the newest `rows` orders; resets the front to the end of the server's own log."""
        self.front.head = len(self.orders)
        return Load(self.orders[:rows], self.front.head)


@contextmanager
def served(feed: str = "off") -> Iterator[Site]:
    """The running site; with a `feed` the page has prices and a chart, though no prices arrive."""
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.broker() as redis_url,
        servers.product(Path(folder), redis_url, FEED=feed) as server,
    ):
        _ask(server, "", [ORDER | {"client_order_id": f"mine-{number}"} for number in range(ORDERS)])
        orders = _ask(server, f"?page_size={ORDERS}")["results"]
        with Front(server.port, "bench", len(orders)) as front:
            yield Site(front, _session(server), orders)


def _ask(server: Served, query: str, body: object = None) -> Any:
    headers = {"Authorization": f"Token {server.token}", "Content-Type": "application/json"}
    data = None if body is None else orjson.dumps(body)
    with urlopen(Request(f"http://127.0.0.1:{server.port}/api/orders/{query}", data, headers)) as answer:
        return orjson.loads(answer.read())


def _session(server: Served) -> str:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", SESSION]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True, text=True)
    return done.stdout.split("session ")[1].split()[0]
