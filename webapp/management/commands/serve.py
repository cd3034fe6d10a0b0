"""`manage.py serve`: everything one machine needs, until Ctrl-C: Redis, migrations, demo data and the servers."""

from __future__ import annotations

import fcntl
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from market.support.database_command import DatabaseCommand
from market.support.reasons import reason
from webapp import env
from webapp.launch import supervisor
from webapp.launch.embedded_redis import EmbeddedRedis, EmbeddedRedisError
from webapp.launch.listener import CannotListen, bind
from webapp.launch.private_folder import NotPrivateError, make_private, path_for
from webapp.launch.setup_lock import one_at_a_time

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Command(DatabaseCommand):
    help = "Sets up what is missing and serves until Ctrl-C."
    requires_system_checks: list[str] = []
    metrics: Path | None = None

    def handle(self, *args: Any, **options: Any) -> None:
        with self._bound() as listening:
            self.port: int = listening.getsockname()[1]
            self._serve(listening)

    @contextmanager
    def _bound(self) -> Iterator[socket.socket]:
        """The bound socket, and a lock file that contains the port, for callers that start this with PORT=0."""
        with ExitStack() as held:
            if settings.PORT or not settings.REDIS_URLS:
                # Lock first, so that a second start reports the running site, not an occupied port.
                lock = held.enter_context(self._only_one(settings.PORT))
                listening = held.enter_context(self._bind())
            else:
                listening = held.enter_context(self._bind())
                lock = held.enter_context(self._only_one(listening.getsockname()[1]))
            lock.write(f"{listening.getsockname()[1]}\n")
            lock.flush()
            yield listening

    def _bind(self) -> socket.socket:
        try:
            return bind(settings.HOST, settings.PORT)
        except CannotListen as error:
            raise CommandError(f"HOST={settings.HOST} PORT={settings.PORT} can't be used: {error}.") from error

    def _serve(self, listening: socket.socket) -> None:
        began = time.monotonic()
        broker = None if settings.REDIS_URLS else EmbeddedRedis(settings.BASE_DIR)
        workers = supervisor.Workers(
            listening,
            settings.WEB_CONCURRENCY,
            settings.BASE_DIR,
            broker,
            self.stderr.write,
            settings.PROXY_HEADERS,
            [
                *(["run_feed", "run_forecaster"] if settings.FEED != "off" else []),
                *(["paper_broker"] if settings.PAPER_BROKER else []),
            ],
        )
        try:
            for number in STOPS:
                signal.signal(number, self._interrupt)
            if broker is not None:
                broker.start()
            self._share_metrics()
            self._prepare()
            workers.start()
            workers.watch(lambda: self._is_ready() or time.monotonic() - began > supervisor.READY_SECONDS)
            self._greet(began)
            workers.watch(lambda: False)
        except EmbeddedRedisError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")
        finally:
            for number in STOPS:
                signal.signal(number, signal.SIG_IGN)
            workers.stop()
            if broker is not None:
                broker.stop()
            if self.metrics is not None:
                shutil.rmtree(self.metrics, ignore_errors=True)

    def _share_metrics(self) -> None:
        """An empty folder for the web processes' metrics; it replaces that of a server which was killed."""
        folder = path_for(settings.BASE_DIR, f".{self.port}.metrics")
        try:
            make_private(folder.parent)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
        except (NotPrivateError, OSError) as error:
            self.stderr.write(f"/metrics will be those of the one web process that answers: {reason(error)}")
            return
        self.metrics = folder
        env.pass_on(env.METRICS, str(folder))

    def _prepare(self) -> None:
        with one_at_a_time():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("demo_data", stdout=self.stdout)
        connections.close_all()

    def _is_ready(self) -> bool:
        name = settings.ALLOWED_HOSTS[0].lstrip("*.") or "127.0.0.1"
        return supervisor.is_ready(settings.HOST, self.port, name)

    def _greet(self, began: float) -> None:
        host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
        self.stdout.write(f"The order monitor is at http://{host}:{self.port}/ ({time.monotonic() - began:.1f} s)")
        self.stdout.write(supervisor.sign_ins(settings.DEMO_PEOPLE))
        if not self._is_ready():
            self.stderr.write("It is not ready yet; /health/ready says what is missing.")
        self.stdout.flush()

    @contextmanager
    def _only_one(self, port: int) -> Iterator[IO[str]]:
        """The lock file, locked and empty. The kernel releases the lock when the process ends, however that ends."""
        # With an external Redis several may run, each on its own port.
        name = f".serve.lock.{port}" if settings.REDIS_URLS else ".serve.lock"
        with open(settings.BASE_DIR / name, "a") as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CommandError("The order monitor already runs from this folder.") from error
            opened.truncate(0)
            yield opened

    def _interrupt(self, number: int, frame: Any) -> None:
        # Ignore further signals: a second one, as from a signal to the process group, must not interrupt the shutdown.
        for stop in STOPS:
            signal.signal(stop, signal.SIG_IGN)
        raise KeyboardInterrupt
