"""An app of the tests alone that breaks the product on purpose: SABOTAGE=a_window,a_strike_limit (see `switches`).

A server runs with it by `environment("a_window", …)`.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def environment(*mechanisms: str) -> dict[str, str]:
    """What a `Server` needs to run with these mechanisms switched off."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": str(ROOT),
        "SABOTAGE": ",".join(mechanisms),
    }
