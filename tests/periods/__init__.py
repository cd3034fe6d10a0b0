"""An app of the tests alone that sets the product's periods, so that no test must wait for the usual ones.

`Server(folder, **periods({"orders.live.hub.SWEEP_SECONDS": 0.2}))`. Each is named by its module and constant, which
that module must look up whenever it uses it.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def periods(seconds: dict[str, float]) -> dict[str, str]:
    """What a `Server` needs to run with these."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.periods.settings",
        "PYTHONPATH": str(ROOT),
        "PERIODS": ",".join(f"{name}={value}" for name, value in seconds.items()),
    }
