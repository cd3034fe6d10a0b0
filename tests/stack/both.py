"""The mark of what the database or Redis can change: such a test runs at both sites, all others at the embedded one."""

from __future__ import annotations

import pytest

on_both = pytest.mark.parametrize("stack", ["embedded", "external"], indirect=True)
