"""`manage.py replay_journal FILE.csv`: feeds recorded order flow through `trading`, at recorded speed or faster."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from market.support.database_command import DatabaseCommand
from market.support.reasons import reason
from market.values.csv_rows import BadLine, opened
from orders.journal import reading
from orders.journal.player import Player
from orders.journal.reading import Action, Line
from orders.log.provenance import Source, acting

# A transaction lasts at most 50 ms; the rest of that is for its last line and the commit.
BATCH_SECONDS = 0.04
LEAD_SECONDS = 3.0
PROGRESS_SECONDS = 5.0
TERMINAL_SECONDS = 0.2
INTERRUPTED = 130


class Pace:
    """When a line is due: its recorded delay after the first line, divided by the speed (None: at once)."""

    def __init__(self, speed: float | None, first: Line) -> None:
        self.speed = speed
        self.first = first.time
        self.began = time.monotonic()

    def wait(self, line: Line) -> float:
        """The seconds until the line is due; 0 if it is."""
        if self.speed is None:
            return 0.0
        due = self.began + (line.time - self.first).total_seconds() / self.speed
        return max(0.0, due - time.monotonic())


class Command(DatabaseCommand):
    help = "Replays an order journal (docs/journal.md); running a file twice changes nothing the second time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a CSV file of journal lines")
        parser.add_argument("--speed", choices=["1", "10", "max"], default="1", help="factor; max ignores the gaps")
        parser.add_argument("--start-at-once", action="store_true", help="do not wait before the first line")

    def handle(self, *args: Any, **options: Any) -> None:
        speed = None if options["speed"] == "max" else float(options["speed"])
        lead = 0.0 if speed is None or options["start_at_once"] else LEAD_SECONDS / speed
        self.player = Player()
        self.changed: Counter[Action] = Counter()
        self.lines = 0
        self.began = self.told = time.monotonic()
        try:
            with opened(options["file"]) as file:
                self._play(reading.read(file), speed, lead)
        except BadLine as bad:
            self._sum_up()
            raise CommandError(str(bad)) from bad
        except OSError as error:
            raise CommandError(f"{options['file']}: {reason(error)}.") from error
        except KeyboardInterrupt as stop:
            self._sum_up()
            message = "Stopped. Run the file again to continue from here."
            raise CommandError(message, returncode=INTERRUPTED) from stop
        self._sum_up()

    def _play(self, lines: Iterator[Line], speed: float | None, lead: float) -> None:
        line = next(lines, None)
        if line is None:
            return
        _sleep(lead)
        pace = Pace(speed, line)
        with acting(Source.IMPORT):
            while line is not None:
                self._tell(line)
                _sleep(pace.wait(line))
                line = self._batch(line, lines, pace)

    def _batch(self, line: Line, lines: Iterator[Line], pace: Pace) -> Line | None:
        """Apply this line and those due after it in one short transaction; return the first line not applied."""
        bad: BadLine | None = None
        following: Line | None = line
        changed: list[Action] = []
        count = 0
        with transaction.atomic():
            until = time.monotonic() + BATCH_SECONDS
            try:
                while following is not None:
                    if self.player.apply(following):
                        changed.append(following.action)
                    count += 1
                    following = next(lines, None)
                    if time.monotonic() >= until or (following is not None and pace.wait(following)):
                        break
            except BadLine as error:
                # The lines before the bad one in this transaction are valid, and are committed.
                bad = error
        self.lines += count
        self.changed.update(changed)
        if bad is not None:
            raise bad
        return following

    def _tell(self, line: Line) -> None:
        terminal = self.stdout.isatty()
        if time.monotonic() - self.told >= (TERMINAL_SECONDS if terminal else PROGRESS_SECONDS):
            self.told = time.monotonic()
            progress = f"{self.lines:,} lines, at {line.time:%Y-%m-%d %H:%M:%S}"
            self.stdout.write(progress, ending="\r" if terminal else "\n")
            self.stdout.flush()

    def _sum_up(self) -> None:
        seconds = time.monotonic() - self.began
        counts = ", ".join(f"{self.changed[action]:,} {action}" for action in Action)
        unchanged = self.lines - self.changed.total()
        self.stdout.write(f"{self.lines:,} lines in {seconds:.1f} s: {counts}; {unchanged:,} unchanged.")


def _sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
