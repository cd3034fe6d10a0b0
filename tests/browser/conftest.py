"""A real Chromium before a really served site; each person has a browser context of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import provision
from tests.browser import waiting
from tests.browser.blotter import MILLISECONDS, Blotter
from tests.periods import periods
from tests.proxy import Proxy
from tests.servers import PASSWORD, Server
from tests.traders import Trader, enlist

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
DESK = {"width": 1440, "height": 900}
# Pages follow: what they call stale and dead they derive from the heartbeat that the server has told them of.
QUICK = {"orders.protocol.outbound.HEARTBEAT_SECONDS": 1, "orders.socket.registry.RESTART_SPREAD_MS": 500}
ENLISTED_AT_ONCE = 40
ENLISTED_ON_OWN_SERVER = 10
ENLISTED_ON_MARKET = 20
# What needs the server that may be stopped runs in one worker, the rest in another; both take about as long.
ON_OWN_SERVER = {"test_acceptance", "test_chart", "test_endings", "test_people", "test_recovery", "test_stream"}
# Ends what hangs, before the limit of the whole test does; nothing is judged by it.
expect.set_options(timeout=MILLISECONDS)


@pytest.hookimpl(tryfirst=True)  # before tests.placement, which leaves a group alone that it finds
def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.xdist_group(f"browser-{int(item.path.stem in ON_OWN_SERVER)}"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = provision.headless()
    # Ends before any test outside this folder begins: Playwright's loop would keep asyncio's tests from theirs.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=MILLISECONDS)
        waiting.browsers.append(browser)
        yield browser
        waiting.browsers.remove(browser)
        browser.close()


@pytest.fixture(scope="package")
def emptied(chromium: Browser) -> dict[str, list[BrowserContext]]:
    """Contexts that tests before have left, by their options: as new but for the scripts and styles in their cache."""
    return {}


@pytest.fixture(scope="session")
def traders(server: Server) -> Iterator[Trader]:
    """One new trader after the other."""
    return enlisted(server, ENLISTED_AT_ONCE)


def enlisted(server: Server, at_once: int) -> Iterator[Trader]:
    while True:
        yield from enlist(server, at_once)


@pytest.fixture
def trader(traders: Iterator[Trader]) -> Trader:
    """A person of this test's own, without orders."""
    return next(traders)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the pretended feed and no paper broker."""
    server = Server(Path(tmp_path_factory.mktemp("market")), FEED="sim", PAPER_BROKER="off")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def market_traders(market: Server) -> Iterator[Trader]:
    """New traders where prices move."""
    return enlisted(market, ENLISTED_ON_MARKET)


@pytest.fixture(scope="session")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(Path(tmp_path_factory.mktemp("stopped")), **periods(QUICK))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def own_server(other_server: Server) -> Server:
    """A running server that the test may stop, and that beats once a second.

    A busy machine may make a page take it for silent for a moment: what a test asserts must be true all the same.
    """
    if other_server.process is None or other_server.process.poll() is not None:
        other_server.start()
    return other_server


@pytest.fixture(scope="session")
def own_traders(other_server: Server) -> Iterator[Trader]:
    return enlisted(other_server, ENLISTED_ON_OWN_SERVER)


@pytest.fixture
def own_trader(own_server: Server, own_traders: Iterator[Trader]) -> Trader:
    """A person of this test's own, on the server that the test may stop."""
    return next(own_traders)


@pytest.fixture
def line(own_server: Server) -> Iterator[Proxy]:
    """The line between a page and the server that beats once a second; others reach the server past it."""
    with Proxy(own_server.port) as proxy:
        yield proxy


@pytest.fixture
def open_as(
    chromium: Browser, server: Server, emptied: dict[str, list[BrowserContext]]
) -> Iterator[Callable[..., Blotter]]:
    """Opens the page as `trader`, or as "alice" by way of the sign-in form, and waits until it is live.

    `viewport`, `color_scheme` and `reduced_motion` are the page's, further options its context's. With `at`, the page
    has a context that no other test gets. A script error or a violation of the content security policy fails the test.
    """
    usual: list[tuple[str, BrowserContext, str]] = []
    special: list[BrowserContext] = []
    errors: list[str] = []

    def enter(
        who: Trader | str,
        at: Server | Proxy | None = None,
        password: str = PASSWORD,
        live: bool = True,
        viewport: Any = DESK,
        color_scheme: Any = None,
        reduced_motion: Any = None,
        **options: Any,
    ) -> Blotter:
        home = at or (who.server if isinstance(who, Trader) else server)
        kind = repr(sorted(options.items()))
        left = emptied.setdefault(kind, [])
        context = left.pop() if at is None and left else chromium.new_context(**options, viewport=viewport)
        context.set_default_timeout(MILLISECONDS)
        if at is None:
            usual.append((kind, context, home.url))
        else:
            special.append(context)
        page = context.new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
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
    for kind, context, url in usual:
        _empty(context, url)
        emptied[kind].append(context)
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
