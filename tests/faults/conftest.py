"""The sites that the fault matrix breaks, shared by all its tests and whole again after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import site as sites
from tests.faults.site import Site
from tests.traders import Trader


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sites.embedded(Path(tmp_path_factory.mktemp("embedded"))) as site:
        yield site


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sites.cluster(Path(tmp_path_factory.mktemp("cluster"))) as site:
        yield site


@pytest.fixture(params=["embedded", "cluster"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Once what `make run` starts, once PostgreSQL, Redis and two servers. `indirect=True` narrows it to one."""
    found: Site = request.getfixturevalue(request.param)
    yield found
    found.heal()


@pytest.fixture
def traders(site: Site) -> Callable[[int], list[Trader]]:
    """So many people of this test's own, without orders."""
    return lambda number: [site.trader() for _ in range(number)]
