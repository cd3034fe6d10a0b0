"""Bundles of the page's scripts and style sheets, which esbuild makes when the static files are collected.

The sources are modules that a browser can load one by one, and with `DEBUG` it does. Bundled, the page's first load
takes a tenth of the requests and half of the bytes (docs/decisions/0013-bundles.md).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

# What pages name: each with all that it imports. Other scripts and style sheets of ours are parts of these.
ENTRIES = ("js/main.js", "js/theme-first.js", "css/theme.css", "css/blotter.css", "css/forecasts.css")
OPTIONS = (
    *("--bundle", "--splitting", "--format=esm", "--minify", "--log-level=warning"),
    *("--outbase=.", "--chunk-names=js/[name]-[hash]", "--external:*.svg"),
)


def is_source(name: str) -> bool:
    """Whether this static file is served as a part of a bundle only."""
    return name.startswith(("js/", "css/")) or (name.startswith("vendor/") and name.endswith(".mjs"))


def bundle(folder: Path, names: Iterable[str]) -> list[str]:
    """Replace the collected sources of these names in `folder` by bundles. Return the names of the bundles' files."""
    with tempfile.TemporaryDirectory() as made:
        command = [str(_esbuild()), *ENTRIES, *OPTIONS, f"--outdir={made}"]
        done = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise CommandError(f"esbuild failed:\n{done.stderr}")
        for name in filter(is_source, names):
            (folder / name).unlink()
        shutil.copytree(made, folder, dirs_exist_ok=True)
        return sorted(str(path.relative_to(made)) for path in Path(made).rglob("*.*"))


def _esbuild() -> Path:
    """The program itself, of the one platform that npm has installed it for; its package's own script needs Node."""
    for found in Path(settings.BASE_DIR, "node_modules", "@esbuild").glob("*/bin/esbuild"):
        return found
    raise CommandError("esbuild is missing: run `npm ci --ignore-scripts`.")
