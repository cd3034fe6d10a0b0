"""`manage.py evaluate_forecast BARS.csv …`: how good forecasts of recorded bars are, each made from the past alone."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.forecast.evaluation.bars_file import BadFile, Recording, read
from market.forecast.evaluation.walk import MINUTES
from market.forecast.model import HORIZONS
from market.support.reasons import reason

NEEDS = ("arch", "matplotlib")
DRAWN = (".svg", ".png", ".pdf")
TERMINAL_SECONDS, PROGRESS_SECONDS = 0.2, 5.0
# Gaps that are named by their lines.
NAMED = 5


class Command(BaseCommand):
    help = "Evaluates the forecast on recorded one-symbol bars, walk-forward (docs/forecast.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="BARS.csv", help="time,open,high,low,close")
        parser.add_argument(
            "--minutes", type=int, nargs="+", default=MINUTES, help="horizons, 1 to 240 minutes (default 5 15 60)"
        )
        parser.add_argument("--seed", type=int, default=1, help="of the bootstrap and the random forecast (default 1)")
        parser.add_argument("--plot", type=Path, metavar="FILE", help="draw reliability and cone (.svg, .png or .pdf)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.told = time.monotonic()
        if missing := [name for name in NEEDS if importlib.util.find_spec(name) is None]:
            raise CommandError(f"{', '.join(missing)} is missing: install requirements-dev.txt, as `make check` does.")
        if wrong := [each for each in options["minutes"] if not 1 <= each <= HORIZONS[-1]]:
            raise CommandError(f"--minutes: {wrong[0]} is not between 1 and {HORIZONS[-1]}.")
        if options["seed"] < 0:
            raise CommandError("--seed: it must not be below 0.")
        plot = options["plot"]
        if plot is not None and (plot.suffix.lower() not in DRAWN or not plot.parent.is_dir() or plot.is_dir()):
            raise CommandError(
                f"--plot: {plot} must be a file that ends in {', '.join(DRAWN)}, in a folder that exists."
            )
        recordings = self._read(options["files"])
        self._evaluate(recordings, sorted(set(options["minutes"])), options["seed"], plot)

    def _read(self, files: list[Path]) -> list[Recording]:
        found: dict[str, Path] = {}
        recordings = []
        for file in files:
            try:
                recording = read(file)
            except BadFile as error:
                raise CommandError(f"{error} Nothing was evaluated.") from error
            for known in (recording.sha256, recording.name):
                if known in found:
                    raise CommandError(f"{file} is the same as {found[known]}, or has its name. Nothing was evaluated.")
                found[known] = file
            recordings.append(recording)
        return recordings

    def _evaluate(self, recordings: list[Recording], minutes: list[int], seed: int, plot: Path | None) -> None:
        # Imported here, because they need the development packages.
        from market.forecast.evaluation.evaluate import NothingToEvaluate, evaluate_series, sum_up
        from market.forecast.evaluation.plots import draw
        from market.forecast.evaluation.report import report

        series = []
        try:
            for recording in recordings:
                self._say_gaps(recording)
                series.append(evaluate_series(recording, minutes, seed, partial(self._progress, recording)))
            found = sum_up(series, seed)
        except NothingToEvaluate as error:
            raise CommandError(str(error)) from error
        self._write(report(found, minutes, seed))
        if plot is not None:
            try:
                draw(found, plot)
            except OSError as error:
                raise CommandError(f"--plot: {plot}: {reason(error)}.") from error
            self.stdout.write(f"Drawn: {plot}")
        if leaks := [each for each in found.series if each.checked.leak]:
            raise CommandError(f"The forecasts of {leaks[0].recording.name} know the future.")

    def _say_gaps(self, recording: Recording) -> None:
        gaps = recording.gaps
        if gaps:
            named = ", ".join(f"line {gap.line} ({gap.missing:,})" for gap in gaps[:NAMED])
            more = f" and {len(gaps) - NAMED:,} more" if len(gaps) > NAMED else ""
            self.stderr.write(f"{recording.name}: bars are missing before {named}{more}.")

    def _progress(self, recording: Recording, share: float) -> None:
        terminal = self.stderr.isatty()
        if time.monotonic() - self.told >= (TERMINAL_SECONDS if terminal else PROGRESS_SECONDS):
            self.told = time.monotonic()
            self.stderr.write(f"{recording.name}: {share:.0%} ", ending="\r" if terminal else "\n")
            self.stderr.flush()

    def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)
