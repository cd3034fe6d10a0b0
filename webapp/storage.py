"""Static files: selected files of npm packages under `vendor/`, bundles, and names with a hash of the content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from webapp.bundles import bundle, is_source

VENDOR = "vendor/"
VENDOR_FILES = frozenset(
    {
        "@leeoniya/ufuzzy/dist/uFuzzy.mjs",
        "bootstrap/dist/css/bootstrap-reboot.min.css",
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


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Bundles, and names that contain a hash of the content, in the bundles' imports too.

    Leaves out source maps, which packages name and we do not serve.
    """

    support_js_module_import_aggregation = True

    patterns = tuple(
        (extension, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for extension, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Process the collected files `paths`, {name: (storage, path)}, after bundling them."""
        if not dry_run:
            bundles = bundle(Path(self.location), paths)
            paths = {name: found for name, found in paths.items() if not is_source(name)}
            paths |= {name: (self, name) for name in bundles}
        yield from super().post_process(paths, dry_run, **options)
