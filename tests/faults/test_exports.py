"""A large export is written in little memory, however many orders there are; a million in the long form."""

from __future__ import annotations

import subprocess
import sys

from tests.forms import scaled
from tests.servers import ROOT

MOST_KB = 64 * 1024
SCRIPT = """
import resource, sys
from orders.api import export_csv, export_xlsx
from orders.domain.fields import NAMES

ROW = dict.fromkeys(NAMES, "2026-01-31T09:30:00.000000Z")
ROW |= dict.fromkeys(export_xlsx.NUMBERS, "91002.12345678")

def written(number):
    rows = (ROW | {"id": n, "client_order_id": f"order-{n}"} for n in range(number))
    return sum(map(len, export_xlsx.blocks(rows)))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)

small = written(1000)
before = peak()
print(written(int(sys.argv[1])) > small, peak() - before)
"""


def test_a_file_of_any_length_takes_64_mb_of_memory_at_most() -> None:
    command = [sys.executable, "-c", SCRIPT, str(scaled(5_000, 1_000_000))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    is_larger, rise = done.stdout.split()
    assert is_larger == "True"
    assert int(rise) <= MOST_KB
