"""Results of the benchmarks: one JSON file each in `benchmarks/results/`, with time and machine of the run."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from typing import Any

from benchmarks.served import ROOT

RESULTS = ROOT / "benchmarks" / "results"


def write(name: str, figures: dict[str, Any], **about: Any) -> None:
    """Write the figures; `about` holds the run's settings: rounds, sizes, the baseline."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    found = {"benchmark": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), **machine, **about}
    (RESULTS / f"{name}.json").write_text(json.dumps(found | {"figures": figures}, indent=2) + "\n")
