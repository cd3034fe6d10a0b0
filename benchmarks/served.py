"""Start what a benchmark measures: Redis, the product's server and the baseline's, each on its own port."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from cluster.parts import HeldPort, Part
from tests.servers import ROOT, TcpRedis

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


@dataclass(frozen=True)
class Served:
    """A running server: its port, the token of its user `bench`, and those of owner-0, owner-1 …"""

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
        """Processor time of the server's process, ended threads included."""
        # clock_getcpuclockid(3), which Python lacks: another process's clock on Linux, to the nanosecond.
        return time.clock_gettime((~self.pid << 3) | 2)

    def kibibytes(self) -> float:
        """Memory of the process: its proportional set size."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return float(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])


class Process(Part):
    """A command on its own port, run in the project's folder; `answers` tells whether it is ready there."""

    def __init__(
        self,
        name: str,
        command: Callable[[int], list[str]],
        environment: dict[str, str],
        answers: Callable[[int], bool],
    ) -> None:
        super().__init__(name, Path(os.devnull))
        self._held = HeldPort()
        self.port = self._held.number
        self._command, self._environment, self._answers = command, environment, answers

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def launch(self) -> subprocess.Popen[bytes]:
        return self.run(self._command(self.port), cwd=ROOT, env=self._environment)

    def start(self) -> None:
        self.launch()
        self.wait(lambda: self._answers(self.port))


@contextmanager
def running(part: Part) -> Iterator[None]:
    """Start the part, and stop it afterwards."""
    try:
        part.start()
        yield
    finally:
        part.stop()


@contextmanager
def web(environment: dict[str, str]) -> Iterator[Process]:
    """The product's web process, ready for requests."""
    with _answering("the product", ["webapp.server", "--port"], [], environment) as process:
        yield process


@contextmanager
def daphne(application: str, environment: dict[str, str]) -> Iterator[Process]:
    """A baseline on Daphne, ready for requests."""
    with _answering(application, ["daphne", "--verbosity", "0", "--port"], [application], environment) as process:
        yield process


@contextmanager
def _answering(name: str, before: list[str], after: list[str], environment: dict[str, str]) -> Iterator[Process]:
    process = Process(name, lambda port: [sys.executable, "-m", *before, str(port), *after], environment, serves_api)
    with running(process):
        yield process


@contextmanager
def broker() -> Iterator[str]:
    """A Redis for the benchmark alone; yields its URL."""
    redis = TcpRedis()
    with running(redis):
        yield redis.url


@contextmanager
def product(
    folder: Path,
    redis_url: str,
    *,
    database_url: str = "",
    owners: int = 0,
    symbols: Sequence[str] = ("AAPL",),
    **settings: str,
) -> Iterator[Served]:
    """The product, with a new SQLite file or the given database, and `owners` more users.

    Without a price feed, unless `settings` name one; the benchmark then starts the feed's process.
    """
    environment = os.environ | {
        "DATABASE_URL": database_url or f"sqlite:///{folder}/product.sqlite3",
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "FEED": "off",
        **settings,
    }
    more = INSTRUMENTS % (list(symbols),)
    with _served("product", web, environment, owners, more) as served:
        yield served


@contextmanager
def plain(folder: Path, redis_url: str, *, database_url: str = "", owners: int = 0) -> Iterator[Served]:
    """The baseline on Daphne, with a new SQLite file or the given database."""
    environment = os.environ | {
        "PLAIN_DATABASE": database_url or f"{folder}/plain.sqlite3",
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.plain_channels.settings",
    }
    serving = partial(daphne, "benchmarks.plain_channels.asgi:application")
    with _served("plain", serving, environment, owners) as served:
        yield served


@contextmanager
def floor(redis_url: str) -> Iterator[Served]:
    """The floor: forwards what Redis publishes, and nothing else."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment["REDIS_URL"] = redis_url
    process = Process(
        "the floor",
        lambda port: [sys.executable, "-m", "benchmarks.floor", str(port), redis_url],
        environment,
        _listens,
    )
    with running(process):
        yield Served("floor", process.port, "", environment, process.pid)


@contextmanager
def _served(
    name: str,
    serving: Callable[[dict[str, str]], AbstractContextManager[Process]],
    environment: dict[str, str],
    owners: int,
    more: str = "",
) -> Iterator[Served]:
    admin = [sys.executable, "-m", "django"]
    # A baseline's own tables have no migrations and refer to Django's, which must exist first.
    for options in ([], ["--run-syncdb"]):
        subprocess.run([*admin, "migrate", "-v0", *options], cwd=ROOT, env=environment, check=True)
    command = [*admin, "shell", "-v0", "-c", PEOPLE % owners + more]
    made = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    token, *others = json.loads(made.stdout.split("tokens ")[1])
    with serving(environment) as process:
        yield Served(name, process.port, token, environment, process.pid, tuple(others))


def serves_api(port: int) -> bool:
    """Whether a site answers for its API there; "not signed in" is an answer, too."""
    try:
        urlopen(f"http://127.0.0.1:{port}/api/orders/", timeout=2)
    except URLError as error:
        return hasattr(error, "code")
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
