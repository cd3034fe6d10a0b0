"""The head of the page names every module that it will ask for."""

from __future__ import annotations

import posixpath
import re

from django.contrib.auth.models import User
from django.test import Client

from tests.servers import ROOT
from webapp.templatetags.modules import needed_by

SOURCES = ROOT / "static"
# Types are imported in comments, whose lines begin with a star.
IMPORTED = re.compile(r'^(?:import|export|}).* from "([^"]+)"', re.MULTILINE)


def test_what_a_module_imports_is_needed_with_it_and_named_once() -> None:
    needed = needed_by(SOURCES, "js/main.js")
    assert needed[0] == "js/main.js"
    assert len(set(needed)) == len(needed)
    own = [name for name in needed if not name.startswith("vendor/")]
    asked = {
        posixpath.normpath(posixpath.join(posixpath.dirname(module), file))
        for module in own
        for file in IMPORTED.findall((SOURCES / module).read_text())
    }
    assert set(needed[1:]) == asked


def test_what_is_imported_only_when_it_is_needed_does_not_come_with_the_page() -> None:
    assert "js/chart/view.js" not in needed_by(SOURCES, "js/main.js")
    assert needed_by(SOURCES, "js/chart/view.js") != ("js/chart/view.js",)


def test_the_page_names_them(alice: User, client: Client) -> None:
    client.force_login(alice)
    page = client.get("/").content.decode()
    assert len(re.findall('<link rel="modulepreload"', page)) == len(needed_by(SOURCES, "js/main.js"))
