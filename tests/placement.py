"""Which tests share a worker, which may be run again, and in which order the workers take them.

What shares a server, a browser or a cluster runs in one worker; of the rest each file does. The long ones begin.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forms import LONG

HERE = Path(__file__).parent
# The parts that take longest, longest first; tests/browser and tests/faults say which of their two a test is in.
LONGEST = ("browser-0", "browser-1", "faults-cluster", "faults-embedded", "stack", "cluster", "webapp", "postgresql")
# A real browser and real processes may stumble over the machine; such a test is run once more, and named. What the
# ledger of the fault matrix finds is never put down to that.
AGAIN = {"browser", "stack", "cluster", "webapp"}


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    if folder_of(item) in AGAIN and not LONG:
        item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(group_of(item)))


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def group_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    if marker is not None:
        return str(marker.args[0] if marker.args else marker.kwargs["name"])
    folder = folder_of(item)
    return folder if folder in AGAIN else str(item.path.relative_to(HERE))


def rank(group: str) -> int:
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)
