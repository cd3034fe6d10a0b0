"""`python -m cluster`: it keeps all its parts running, and none of them stays behind, however it ends."""

from __future__ import annotations

import signal

import psutil

from tests.cluster.conftest import PARTS, Command
from tests.servers import wait_for


def test_whatever_is_killed_is_there_again_and_the_site_with_it(cluster: Command) -> None:
    killed = {part: cluster.parts(part)[-1 if part == "webapp.server" else 0] for part in PARTS}
    for process in killed.values():
        process.kill()

    for part, process in killed.items():
        wait_for(
            lambda part=part, process=process: [each for each in cluster.parts(part) if each != process],
            f"another {part}",
        )
    wait_for(cluster.are_ready, "a site that is ready")


def test_nothing_is_left_behind_however_it_ends_and_the_next_start_finds_all_it_needs(cluster: Command) -> None:
    for number in (signal.SIGKILL, signal.SIGINT):
        if not cluster.is_running:
            cluster.start()
        family = cluster.family
        for part in PARTS:
            assert cluster.parts(part), part

        cluster.end(number)

        wait_for(lambda family=family: not any(map(is_alive, family)), "the end of all parts")


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
