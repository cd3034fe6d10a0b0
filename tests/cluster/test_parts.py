"""The parts a cluster is made of: how each starts, fails, ends and keeps its place."""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cluster import postgresql
from cluster.debian import Programs
from cluster.parts import CannotStart, HeldPort, Part
from cluster.postgresql import PostgreSQL
from tests.servers import wait_for
from webapp.launch.listener import CannotListen, bind

LISTENS = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listening:
    while True:
        listening.accept()
"""


class Listening(Part):
    """Listens at this port."""

    def __init__(self, log_file: Path, port: int) -> None:
        super().__init__("The listener", log_file)
        self.port = port

    def launch(self) -> subprocess.Popen[bytes]:
        return self.run([sys.executable, "-c", LISTENS, str(self.port)])

    def start(self) -> None:
        self.launch()
        self.wait(self.listens)

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def test_a_held_port_is_its_part_s_again_and_again_and_no_one_else_s(tmp_path: Path) -> None:
    held = HeldPort()
    part = Listening(tmp_path / "log", held.number)
    for _ in range(2):
        part.start()
        with pytest.raises(CannotListen):
            bind("127.0.0.1", held.number)
        part.stop()
        with pytest.raises(OSError, match="in use"), socket.socket() as another:
            another.bind(("127.0.0.1", held.number))


def test_a_port_is_free_again_when_its_holder_goes() -> None:
    held = HeldPort()
    number = held.number
    del held
    gc.collect()

    with socket.socket() as another:
        another.bind(("127.0.0.1", number))


def test_a_port_that_somebody_listens_on_can_t_be_held() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotListen):
        HeldPort(number=taken.getsockname()[1])


def test_a_part_that_ends_instead_of_starting_is_named_with_its_log(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        part = Listening(tmp_path / "log", taken.getsockname()[1])
        part.launch()
        with pytest.raises(CannotStart, match=r"^The listener ended; see \S+/log\.$"):
            part.wait(lambda: False)

    assert "in use" in (tmp_path / "log").read_text()
    assert not part.is_running


def test_a_part_is_paused_and_resumed_and_ends_in_good_order_or_not(tmp_path: Path) -> None:
    held = HeldPort()
    part = Listening(tmp_path / "log", held.number)
    part.start()
    assert part.process is not None
    process = psutil.Process(part.process.pid)

    part.pause()
    wait_for(lambda: process.status() == psutil.STATUS_STOPPED, "its pause")
    part.resume()
    wait_for(lambda: process.status() != psutil.STATUS_STOPPED, "its going on")
    part.kill()
    assert part.process.returncode == -9
    part.stop()

    part.start()
    part.stop()
    assert part.process.returncode == -part.ending


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
