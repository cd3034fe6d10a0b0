"""An app of the tests alone that shortens the periods that a test would otherwise have to wait for.

A server runs with it by `**ENVIRONMENT`. Pages follow: what they call stale and dead they derive from the heartbeat
that the server has told them of.
"""

from __future__ import annotations

from pathlib import Path

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.quick.settings",
    "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
}
