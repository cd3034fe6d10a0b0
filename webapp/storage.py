"""Static files: selected files of npm packages under `vendor/`, and names that contain a hash of the content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR = "vendor/"
VENDOR_FILES = frozenset(
    {
        "@leeoniya/ufuzzy/dist/uFuzzy.mjs",
        "bootstrap/dist/css/bootstrap.min.css",
        "datatables.net/js/dataTables.min.mjs",
        "lightweight-charts/dist/lightweight-charts.standalone.production.mjs",
    }
)


class VendorFinder(BaseFinder):
    """Serves exactly the files of node_modules that the page needs, nothing else of the packages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules")
        self.storage.prefix = VENDOR.rstrip("/")  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(VENDOR)
        found = Path(settings.BASE_DIR, "node_modules", name)
        if not path.startswith(VENDOR) or name not in VENDOR_FILES or not found.exists():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        for name in sorted(VENDOR_FILES):
            yield name, self.storage


# Comments on lines of their own.
COMMENTS = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)


def without_comments(script: str) -> str:
    """The script without its comments, which are a third of the compressed size of our own scripts."""
    return COMMENTS.sub("", script)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, module imports included; references to source maps, which we don't serve, stay unchanged."""

    support_js_module_import_aggregation = True
    # Each pass resolves at least one level of imports, in whatever order the files are found.
    max_post_process_passes = 20

    patterns = tuple(
        (extension, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for extension, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def _save(self, name: str, content: File[Any]) -> str:
        if name.startswith("js/") and name.endswith(".js"):
            content.seek(0)
            content = ContentFile(without_comments(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved
