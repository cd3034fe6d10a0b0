"""What `collectstatic` makes of the page's sources."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from tests.servers import ROOT
from webapp import bundles
from webapp.storage import VENDOR, VENDOR_FILES

SOURCES = [str(path.relative_to(ROOT / "static")) for path in (ROOT / "static").rglob("*.*")]


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """A folder as `collectstatic` fills it."""
    shutil.copytree(ROOT / "static", tmp_path, dirs_exist_ok=True)
    for name in VENDOR_FILES:
        (tmp_path / VENDOR / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / "node_modules" / name, tmp_path / VENDOR / name)
    return tmp_path


def test_sources_are_served_in_bundles_only_and_the_chart_in_one_of_its_own(collected: Path) -> None:
    made = bundles.bundle(collected, [*SOURCES, *(VENDOR + name for name in VENDOR_FILES)])

    assert {*bundles.ENTRIES} < {*made}
    left = {str(path.relative_to(collected)) for path in collected.rglob("*.*")}
    assert {name for name in left if bundles.is_source(name)} == {*made}
    main = (collected / "js/main.js").read_text()
    [chart] = re.findall(r'import\("\./(view-\w+\.js)"\)', main)
    assert "LightweightCharts" not in main
    assert "TradingView" in (collected / "js" / chart).read_text()


def test_bundles_keep_the_notices_of_licences_and_no_other_comment(collected: Path) -> None:
    bundles.bundle(collected, SOURCES)

    scripts = "".join(path.read_text() for path in (collected / "js").rglob("*.js"))
    for holder in ("SpryMedia", "Leon Sorokin", "TradingView, Inc."):
        assert re.search(rf"/\*!(?:(?!\*/).)*{holder}", scripts, re.DOTALL), holder
    assert "@typedef" not in scripts
    assert "/*" not in (collected / "css/blotter.css").read_text()


def test_a_source_that_can_not_be_bundled_says_where(collected: Path) -> None:
    (collected / "js/main.js").write_text('import "./nowhere.js";\n')

    with pytest.raises(CommandError, match=r'Could not resolve "./nowhere.js"(.|\n)*js/main.js:1'):
        bundles.bundle(collected, SOURCES)
    assert (collected / "css/theme.css").exists()
