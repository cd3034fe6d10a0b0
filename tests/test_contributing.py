"""The worked example of CONTRIBUTING adds a column to orders end to end, in few lines."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT, Server
from tests.traders import Trader, enlist, new_order

[EXAMPLE] = re.findall(r"^```diff\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL)
MAX_LINES = 30
ACCOUNT = {"account": "fund-7"}


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the project to which the example has been applied."""
    for name in {re.split("/", path)[0] for path in re.findall(r"^\+\+\+ b/(\S+)", EXAMPLE, re.MULTILINE)}:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "apply", "-C1", "-"], cwd=tmp_path, input=EXAMPLE, text=True, check=True)
    return tmp_path


def test_a_column_takes_at_most_thirty_lines() -> None:
    assert len(re.findall(r"^\+(?!\+\+ )", EXAMPLE, re.MULTILINE)) <= MAX_LINES


@pytest.mark.xdist_group("webapp")
def test_an_order_with_the_new_column_is_read_everywhere_as_it_was_placed(changed: Path) -> None:
    server = Server(changed, is_first_start=True).start()
    try:
        assert server.manage("makemigrations", "--check", "--dry-run").returncode == 0
        [trader] = enlist(server, 1)
        trader.place(**ACCOUNT)
        [newest] = trader.place_many([new_order(text="größer", **ACCOUNT)])  # a text that only the serializer reads
        read_everywhere(trader, newest)
        status, refused = trader.ask("POST", "/api/orders/", new_order(account="x" * 37))
        assert (status, refused["fields"]) == (400, {"account": ["At most 36 characters."]})
    finally:
        server.stop()


def read_everywhere(trader: Trader, order: dict[str, object]) -> None:
    assert [placed["account"] for placed in trader.orders()] == ["fund-7", "fund-7"]
    assert trader.get("/api/events/?after=0")["results"][-1]["order"] == order
    export = trader.get("/api/orders/export/")
    assert export.splitlines()[0].endswith(",account")
    assert export.splitlines()[1].endswith(',"fund-7"')
    assert '"account": {' in trader.get("/api/schema/?format=json")
    titles = "from orders.domain.page_tables import page_tables; print(page_tables()['columns'][-1]['title'])"
    assert trader.server.shell(titles).strip() == "Account"


def test_the_pages_types_know_the_new_column(changed: Path) -> None:
    shutil.copy(ROOT / "tsconfig.json", changed)
    (changed / "node_modules").symlink_to(ROOT / "node_modules")
    compiler = ROOT / "node_modules" / ".bin" / "tsc"
    done = subprocess.run([compiler, "--project", "."], cwd=changed, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
