"""A real Chromium before a really served site; each person has a browser context of his own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import provision
from tests.browser.blotter import MILLISECONDS, Blotter
from tests.proxy import Proxy
from tests.servers import PASSWORD, Server
from tests.traders import Trader, enlist

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
ENLISTED_AT_ONCE = 40
LAUNCH_MILLISECONDS = 120_000
# On a busy machine a browser comes to its turn seconds later; what is asked for is there at once elsewhere.
expect.set_options(timeout=MILLISECONDS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # A module's own, since Playwright's loop would keep asyncio's tests from theirs.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=provision.headless(), args=ARGUMENTS, timeout=LAUNCH_MILLISECONDS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def emptied(chromium: Browser) -> list[BrowserContext]:
    """Contexts that tests before have left, as good as new but for the scripts and styles in their cache."""
    return []


@pytest.fixture(scope="session")
def traders(server: Server) -> Iterator[Trader]:
    """One new trader after the other."""

    def enlisted() -> Iterator[Trader]:
        while True:
            yield from enlist(server, ENLISTED_AT_ONCE)

    return enlisted()


@pytest.fixture(scope="session")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(Path(tmp_path_factory.mktemp("stopped")))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def own_server(other_server: Server) -> Server:
    """A running server that the test may stop."""
    if other_server.process is None or other_server.process.poll() is not None:
        other_server.start()
    return other_server


@pytest.fixture
def trader(traders: Iterator[Trader]) -> Trader:
    """A person of this test's own, without orders."""
    return next(traders)


@pytest.fixture
def open_as(chromium: Browser, server: Server, emptied: list[BrowserContext]) -> Iterator[Callable[..., Blotter]]:
    """Opens the page as `trader`, or as "alice" by way of the sign-in form, and waits until it is live.

    A script error or a violation of the content security policy fails the test.
    """
    usual: list[tuple[BrowserContext, str]] = []
    special: list[BrowserContext] = []
    errors: list[str] = []

    def enter(
        who: Trader | str, at: Server | Proxy | None = None, password: str = PASSWORD, live: bool = True, **options: Any
    ) -> Blotter:
        home = at or (who.server if isinstance(who, Trader) else server)
        is_usual = at is None and not options
        if is_usual and emptied:
            context = emptied.pop()
        else:
            context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        if is_usual:
            usual.append((context, home.url))
        else:
            special.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: _note_violation(message.text, errors))
        blotter = Blotter(page, str(who))
        if isinstance(who, Trader):
            context.add_cookies([{"name": "sessionid", "value": who.session, "url": home.url}])
            page.goto(f"{home.url}/")
        else:
            _fill_in(page, home.url, who, password)
        if live:
            blotter.until_state("live")
        return blotter

    yield enter
    for context in special:
        context.close()
    for context, url in usual:
        _empty(context, url)
        emptied.append(context)
    assert errors == []


def _empty(context: BrowserContext, url: str) -> None:
    for page in context.pages:
        page.close()
    context.set_offline(False)
    blank = context.new_page()
    context.new_cdp_session(blank).send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    blank.close()


def _fill_in(page: Page, url: str, name: str, password: str) -> None:
    page.goto(f"{url}/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")


def _note_violation(text: str, errors: list[str]) -> None:
    if "Content Security Policy" in text:
        errors.append(text)
