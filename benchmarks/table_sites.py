"""The two sites of the table's benchmark on one filled database: the product and the plain library."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import served
from tests.servers import PostgreSQL

VIEWER = "bench0"
TOKEN = f"""
from django.contrib.auth import get_user_model
from rest_framework.authtoken.models import Token
user = get_user_model().objects.get(username="{VIEWER}")
print("token", Token.objects.get_or_create(user=user)[0].key)
"""
COLUMNS = (
    *("id", "symbol", "side", "order_type", "time_in_force", "quantity", "price", "stop_price", "status"),
    *("cum_qty", "leaves_qty", "avg_price", "text", "version", "client_order_id", "created_at", "updated_at"),
)
SEARCHED = ("symbol", "client_order_id", "text")
PATIENCE = 120


class Site:
    """A running site; `ask` is one request on a persistent connection."""

    def __init__(self, port: int, token: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {"Authorization": f"Token {token}"}

    def ask(self, **query: Any) -> tuple[float, dict[str, Any]]:
        """Milliseconds and the answer."""
        address = f"/api/orders/?{urlencode(parameters(**query))}"
        began = time.perf_counter()
        self._line.request("GET", address, headers=self._headers)
        answer = self._line.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{address}: {answer.status} {body[:500]!r}")
        return took, json.loads(body)


def parameters(sort: str = "-created_at", start: int = 0, search: str = "", tab: str = "") -> dict[str, Any]:
    """DataTables' own parameters, as its table sends them."""
    found: dict[str, Any] = {"format": "datatables", "draw": 1, "start": start, "length": 25}
    for number, name in enumerate(COLUMNS):
        column = f"columns[{number}]"
        is_searched = "true" if name in SEARCHED else "false"
        found |= {f"{column}[data]": name, f"{column}[searchable]": is_searched, f"{column}[orderable]": "true"}
    found |= {
        "order[0][column]": COLUMNS.index(sort.removeprefix("-")),
        "order[0][dir]": "desc" if sort[0] == "-" else "asc",
    }
    if search:
        found["search[value]"] = search
    return found | ({"tab": tab} if tab else {})


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL with a gigabyte of buffers, removed at the end."""
    database = PostgreSQL(shared_buffers="1GB", maintenance_work_mem="512MB", max_wal_size="4GB")
    try:
        database.create()
        database.start()
        yield database
    finally:
        database.stop()
        shutil.rmtree(database.folder, ignore_errors=True)


def environment(url: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "FEED": "off",
    }


def fill(url: str, count: int, owners: int) -> None:
    command = [sys.executable, "-m", "benchmarks.table_data", str(count), str(owners)]
    subprocess.run(command, cwd=served.ROOT, env=environment(url), check=True)


@contextmanager
def both(url: str) -> Iterator[tuple[Site, Site]]:
    """The product and the plain library."""
    surroundings = environment(url)
    shell = [sys.executable, "-m", "django", "shell", "-v0", "-c", TOKEN]
    made = subprocess.run(shell, cwd=served.ROOT, env=surroundings, check=True, capture_output=True, text=True)
    token = made.stdout.split("token ")[1].split()[0]
    plain = surroundings | {"DJANGO_SETTINGS_MODULE": "benchmarks.plain_datatables.settings"}
    with (
        served.web(surroundings) as ours,
        served.daphne("benchmarks.plain_datatables.asgi:application", plain) as theirs,
    ):
        yield Site(ours.port, token), Site(theirs.port, token)


def sqlite(folder: Path, name: str) -> str:
    return f"sqlite:///{folder}/{name}.sqlite3"
