"""The two measured sites on one database and one Redis: the product and a plain ModelViewSet."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import served
from tests.servers import PostgreSQL

PATIENCE = 120
PASSWORD = secrets.token_urlsafe(12)
PEOPLE = f"""
from django.contrib.auth.models import User
from market.models import Instrument
from rest_framework.authtoken.models import Token
user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
user.set_password({PASSWORD!r})
user.save()
Instrument.objects.get_or_create(symbol="AAPL", defaults=dict(name="Apple", currency="USD"))
print("token", Token.objects.get_or_create(user=user)[0].key)
"""


class Site:
    """A running site, used by one user on a persistent connection."""

    def __init__(self, name: str, port: int, token: str) -> None:
        self.name = name
        self.port = port
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.token = token
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def again(self, token: str = "", port: int = 0) -> Site:
        """Another connection: as another user, or to another server."""
        return Site(self.name, port or self.port, token or self.token)

    def get(self, path: str) -> bytes:
        return self.send("GET", path, None)

    def send(self, method: str, path: str, body: str | None) -> bytes:
        """The answer to a body that is JSON text."""
        self._line.request(method, path, body, self._headers)
        answer = self._line.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{self.name} answered {answer.status} to {method} {path}: {text[:300]!r}")
        return text


@contextmanager
def databases(vendor: str, folder: Path, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Addresses of empty databases, by name."""
    if vendor == "sqlite":
        yield {name: f"sqlite:///{folder}/{name}.sqlite3" for name in names}
        return
    server = PostgreSQL(shared_buffers="512MB", max_wal_size="4GB")
    try:
        server.create()
        server.start()
        for name in names:
            server.make_database(name)
        yield {name: server.address(name) for name in names}
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def environment(url: str, redis_url: str) -> dict[str, str]:
    settings = {"DATABASE_URL": url, "REDIS_URL": redis_url, "SECRET_KEY": secrets.token_urlsafe(50)}
    return os.environ | settings | {"DJANGO_SETTINGS_MODULE": "webapp.settings", "FEED": "off"}


def manage(surroundings: dict[str, str], *arguments: str) -> str:
    """Run a management command; returns its output."""
    command = [sys.executable, "-m", "django", *arguments]
    done = subprocess.run(command, cwd=served.ROOT, env=surroundings, check=True, capture_output=True, text=True)
    return done.stdout


def prepare(surroundings: dict[str, str]) -> str:
    """Create the tables, an instrument and an administrator; returns the administrator's token."""
    manage(surroundings, "migrate", "-v0")
    return manage(surroundings, "shell", "-v0", "-c", PEOPLE).split("token ")[1].split()[0]


@contextmanager
def product(surroundings: dict[str, str]) -> Iterator[tuple[Site, served.Process]]:
    """The product alone, with its database prepared."""
    token = prepare(surroundings)
    with served.web(surroundings) as server:
        yield Site("the product", server.port, token), server


@contextmanager
def both(surroundings: dict[str, str]) -> Iterator[tuple[Site, Site]]:
    """The product on its own server and the baseline on Daphne."""
    token = prepare(surroundings)
    plain = surroundings | {"DJANGO_SETTINGS_MODULE": "benchmarks.plain_entry.settings"}
    with (
        served.web(surroundings) as ours,
        served.daphne("benchmarks.plain_entry.asgi:application", plain) as theirs,
    ):
        yield Site("the product", ours.port, token), Site("the baseline", theirs.port, token)


def bodies(count: int) -> list[dict[str, Any]]:
    """Bodies of orders whose client order ids are new."""
    stamp = time.time_ns()
    order = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33"}
    return [order | {"client_order_id": f"{stamp}-{number}"} for number in range(count)]


def rate(count: int, action: Any) -> float:
    """Items a second: one call of `action` processes `count` items."""
    began = time.perf_counter()
    action()
    return float(count / (time.perf_counter() - began))


def texts(values: list[Any]) -> list[str]:
    return [json.dumps(value) for value in values]
