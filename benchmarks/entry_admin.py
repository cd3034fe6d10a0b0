"""Page times of the admin's list of orders, with few orders and with many."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from urllib.parse import urlencode

from benchmarks import served
from benchmarks.entry_sites import PASSWORD, PATIENCE, PEOPLE, environment, manage
from benchmarks.figures import Figure, Spread
from benchmarks.served import ROOT
from benchmarks.table_data import rare_term

FEW = 10_000
AT_MOST = 2
LIST = "/admin/orders/order/"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
TIMES = 3


def pages(count: int) -> dict[str, str]:
    """The measured pages: name to URL."""
    asked = {
        "first page": {},
        "page 100": {"p": "100"},
        "a frequent status": {"status__exact": "filled"},
        "a rare status": {"status__exact": "pending_new"},
        "one side": {"side__exact": "buy"},
        "search, rare": {"q": rare_term(count)},
        "search, missing": {"q": "zzzzqq"},
        "search, frequent": {"q": "urgent"},
        "search, a symbol": {"q": "SYM7"},
    }
    return {name: f"{LIST}?{urlencode(query)}" for name, query in asked.items()}


class Administrator:
    """A signed-in administrator on one persistent connection."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._cookies: dict[str, str] = {}
        login = f"/admin/login/?next={LIST}"
        form = {"username": "bench", "password": PASSWORD, "next": LIST}
        [token] = TOKEN.findall(self._ask("GET", login, 200))
        self._ask("POST", login, 302, urlencode(form | {"csrfmiddlewaretoken": token.decode()}))

    def milliseconds(self, path: str) -> float:
        """The fastest of `TIMES` requests: the page's own time, without other load of the machine."""
        taken = []
        for _ in range(TIMES):
            began = time.perf_counter()
            self._ask("GET", path, 200)
            taken.append((time.perf_counter() - began) * 1000)
        return min(taken)

    def _ask(self, method: str, path: str, status: int, body: str | None = None) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        text = answer.read()
        if answer.status != status:
            raise SystemExit(f"The admin answered {answer.status} to {method} {path}: {text[:300]!r}")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        return text


def _fill(surroundings: dict[str, str], count: int) -> None:
    command = [sys.executable, "-m", "benchmarks.table_data", str(count), "1"]
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True)
    manage(surroundings, "shell", "-v0", "-c", PEOPLE)


def figures(urls: tuple[str, str], redis_url: str, vendor: str, count: int, rounds: int) -> list[Figure]:
    """Each page with `count` orders compared with itself with `FEW`; `urls` are two empty databases."""
    few: dict[str, list[float]] = defaultdict(list)
    many: dict[str, list[float]] = defaultdict(list)
    asked = {FEW: pages(FEW), count: pages(count)}
    surroundings = [environment(url, redis_url) for url in urls]
    _fill(surroundings[0], FEW)
    _fill(surroundings[1], count)
    with ExitStack() as stack:
        servers = [stack.enter_context(served.web(each)) for each in surroundings]
        small, big = (Administrator(server.port) for server in servers)
        for _ in range(rounds):
            for name in asked[FEW]:
                few[name].append(small.milliseconds(asked[FEW][name]))
                many[name].append(big.milliseconds(asked[count][name]))
    return [
        Figure(f"{vendor}: admin, {name}", "ms", f"at {FEW:,}", Spread.of(few[name]), Spread.of(many[name]), AT_MOST)
        for name in few
    ]
