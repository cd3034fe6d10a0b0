"""`manage.py replay_journal FILE.csv`: feeds recorded order flow through the services, at its own pace or faster."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from orders import journal
from orders.journal import BadLine, Line, Player
from orders.origin import Source, acting

BATCH_SECONDS = 0.05
LEAD_SECONDS = 3.0
PROGRESS_SECONDS = 5.0
TERMINAL_SECONDS = 0.2


class Command(BaseCommand):
    help = "Replays an order journal (docs/journal.md); running a file twice changes nothing the second time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a CSV file of journal lines")
        parser.add_argument("--speed", choices=["1", "10", "max"], default="1", help="how much faster than recorded")
        parser.add_argument("--start-at-once", action="store_true", help="do not wait before the first line")

    def handle(self, *args: Any, **options: Any) -> None:
        speed = None if options["speed"] == "max" else float(options["speed"])
        self.player = Player()
        self.told = self.began = time.monotonic()
        self.applied = 0
        try:
            with open(options["file"], newline="", encoding="utf-8") as file, acting(Source.IMPORT):
                self._play(journal.read(file), speed, options["start_at_once"])
        except BadLine as bad:
            self._finish()
            raise CommandError(str(bad)) from bad
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped; running the file again goes on where this ended.")
        self._finish()

    def _play(self, lines: Iterator[Line], speed: float | None, start_at_once: bool) -> None:
        line = next(lines, None)
        if line is None:
            return
        if speed and not start_at_once:
            time.sleep(LEAD_SECONDS / speed)
        first, began = line.time, time.monotonic()
        while line is not None:
            if speed:
                time.sleep(max(0.0, began + (line.time - first).total_seconds() / speed - time.monotonic()))
            line = self._batch(line, lines, speed, first, began)
            self._tell()

    def _batch(
        self, line: Line | None, lines: Iterator[Line], speed: float | None, first: Any, began: float
    ) -> Line | None:
        """Applies lines that are due in one short transaction; the first line that is not applied by it."""
        bad: BadLine | None = None
        with transaction.atomic():
            until = time.monotonic() + BATCH_SECONDS
            while line is not None:
                try:
                    self.player.apply(line)
                    self.applied += 1
                    line = next(lines, None)
                except BadLine as error:
                    # What came before the bad line in this transaction is good, and is kept.
                    bad = error
                    break
                now = time.monotonic()
                due = line is not None and (not speed or began + (line.time - first).total_seconds() / speed <= now)
                if now >= until or not due:
                    break
        if bad is not None:
            raise bad
        return line

    def _tell(self) -> None:
        terminal = self.stdout.isatty()
        if time.monotonic() - self.told > (TERMINAL_SECONDS if terminal else PROGRESS_SECONDS):
            self.told = time.monotonic()
            self.stdout.write(f"{self.applied:,} lines", ending="\r" if terminal else "\n")
            self.stdout.flush()

    def _finish(self) -> None:
        seconds = time.monotonic() - self.began
        counts = ", ".join(f"{self.player.counts[action]:,} {action}" for action in journal.Action)
        self.stdout.write(f"{self.applied:,} lines in {seconds:.1f} s: {counts}; {self.player.unchanged:,} unchanged.")
