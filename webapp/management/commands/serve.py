"""`manage.py serve`: everything one machine needs, until Ctrl-C: broker, migrations, demo data and the servers."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from webapp import serving
from webapp.broker import BrokerError, EmbeddedBroker
from webapp.people import NAMES


class Command(BaseCommand):
    help = "Sets up what is missing and serves until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        with self._only_one(settings.BASE_DIR / ".serve.lock"):
            try:
                listening = serving.listen(settings.HOST, settings.PORT)
            except serving.PortTaken as taken:
                raise CommandError(f"PORT={settings.PORT} on {settings.HOST} can't be used: {taken}.") from taken
            signal.signal(signal.SIGTERM, self._interrupt)
            broker = None if settings.REDIS_URL else EmbeddedBroker(settings.BASE_DIR)
            workers = serving.Workers(listening, settings.WEB_CONCURRENCY, settings.BASE_DIR, self.stderr.write)
            try:
                if broker is not None:
                    broker.start()
                self._prepare()
                workers.start()
                self._greet(began)
                workers.watch()
            except BrokerError as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt:
                self.stdout.write("Stopping.")
            finally:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                workers.stop()
                if broker is not None:
                    broker.stop()
                listening.close()

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("demo_data", stdout=self.stdout)
        connections.close_all()

    def _greet(self, began: float) -> None:
        deadline = time.monotonic() + serving.READY_SECONDS
        while not serving.is_ready(settings.HOST, settings.PORT) and time.monotonic() < deadline:
            time.sleep(0.05)
        names = ", ".join(NAMES[:-1]) + f" or {NAMES[-1]}"
        host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
        self.stdout.write(f"The order monitor is at http://{host}:{settings.PORT}/ ({time.monotonic() - began:.1f} s)")
        self.stdout.write(f"Sign in as {names}; the passwords are in .demo-passwords. Ctrl-C stops.")
        self.stdout.flush()

    def _only_one(self, file: Path) -> IO[str]:
        """The lock is the kernel's: it goes with the process, however that ends."""
        opened = open(file, "w")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            opened.close()
            raise CommandError("The order monitor already runs from this folder.") from error
        os.set_inheritable(opened.fileno(), False)
        return opened

    def _interrupt(self, number: int, frame: Any) -> None:
        raise KeyboardInterrupt
