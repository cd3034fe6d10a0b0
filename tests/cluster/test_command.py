"""`python -m cluster`: it keeps all its parts running, and none of them stays behind, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cluster import postgresql
from cluster.debian import Programs
from cluster.parts import CannotStart
from cluster.postgresql import PostgreSQL
from tests.cluster.conftest import project
from tests.servers import free_port, wait_for
from webapp import serving

SCRIPT = """
import sys
from pathlib import Path
from cluster import __main__, debian
debian.find = lambda: debian.Programs(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
__main__.main()
"""
PARTS = ("postgres -D", "unixsocket", "manage.py serve", "daphne", "nginx")


class Command:
    def __init__(self, folder: Path, programs: Programs, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.output = folder / f"output-{self.port}"
        command = [sys.executable, "-c", SCRIPT, str(programs.postgresql), programs.redis, programs.nginx]
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment | {"PORT": str(self.port)}, stdout=out, stderr=out
            )
        try:
            wait_for(lambda: "Sign in as" in self.text or self.process.poll() is not None, "the greeting", 120)
            assert self.process.poll() is None, self.text
        except BaseException:
            self.end(signal.SIGKILL)
            raise

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def parts(self, name: str) -> list[psutil.Process]:
        found = []
        for process in self.family:
            with suppress(psutil.NoSuchProcess):
                if name in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(60)

    def is_ready(self) -> bool:
        return serving.is_ready("127.0.0.1", self.port, "127.0.0.1")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The same for all: what one ending leaves, the next start finds."""
    with project() as found:
        yield found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind_however_it_ends(
    folder: Path, programs: Programs, environment: dict[str, str], number: signal.Signals
) -> None:
    command = Command(folder, programs, environment)
    family = command.family
    for part in PARTS:
        assert command.parts(part), part

    command.end(number)

    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


def test_whatever_is_killed_is_there_again_and_the_site_with_it(
    folder: Path, programs: Programs, environment: dict[str, str]
) -> None:
    command = Command(folder, programs, environment)
    try:
        for part in PARTS:
            # The first of a kind is the one that made the others.
            killed = command.parts(part)[0]
            killed.kill()
            wait_for(
                lambda part=part, killed=killed: (
                    [each for each in command.parts(part) if each != killed] and command.is_ready()
                ),
                f"another {part} and a site that is ready",
                60,
            )
    finally:
        command.end(signal.SIGTERM)


def test_data_lie_elsewhere_where_their_user_can_t_get_at_the_folder_or_its_name_is_too_long(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setattr(postgresql, "ELSEWHERE", elsewhere)
    long = tmp_path / ("deep-" * 20) / "postgresql"

    first, again = (PostgreSQL(long, programs.postgresql, tmp_path / "log") for _ in range(2))

    assert first.folder == again.folder
    assert first.folder.parent == elsewhere
    assert first.folder.stat().st_mode & 0o777 == 0o700
    first.folder.chmod(0o755)
    with pytest.raises(CannotStart, match="open to others"):
        PostgreSQL(long, programs.postgresql, tmp_path / "log")
