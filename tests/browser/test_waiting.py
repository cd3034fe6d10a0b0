"""A test that waits for a fact keeps no request waiting that it answers itself."""

from __future__ import annotations

from playwright.sync_api import Browser, Route

from tests.browser.waiting import wait_for


def test_what_a_page_asks_for_is_answered_while_the_test_waits(chromium: Browser) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    context = chromium.new_context()
    page = context.new_page()
    page.route("http://asked.example/*", answer)
    page.evaluate("{ setTimeout(() => fetch('http://asked.example/').catch(() => {}), 50) }")

    assert wait_for(lambda: asked, "the request") == ["http://asked.example/"]
    context.close()
