"""Waiting for a fact beside a browser: meanwhile the requests that a test answers itself are answered.

Playwright runs a test's routes and notes what a page has sent only while the test calls Playwright. A test that waits
for something else, say an order at the server, would wait for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser

from tests import servers

# The one that tests drive, while there is one.
browsers: list[Browser] = []


def wait_for(fact: Callable[[], Any], what: str) -> Any:
    """The fact's first true value; AssertionError naming it if it does not come true in time."""
    return servers.wait_for(lambda: fact() or _answer(), what)


def _answer() -> None:
    """Has Playwright deal with all that it has been told by now."""
    pages = [page for browser in browsers for context in browser.contexts for page in context.pages]
    if pages:
        pages[-1].wait_for_timeout(0)
