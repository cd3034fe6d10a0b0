"""Creates the README's pictures from the real page: `make capture` (docs/images/).

Serves the product from its own folder, signs in as alice, plays the demo flow and takes screenshots.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.provision import browser
from tests.servers import PASSWORD, ROOT, Server

IMAGES = ROOT / "docs" / "images"
FRAMES = 36
FRAME_MILLISECONDS = 250
SETTLE_MILLISECONDS = 25_000
LOOK_MILLISECONDS = 5_000
MOST_BYTES = 2_000_000
# Three working orders have their touch.
TOUCHES = """() => [...document.querySelectorAll("#orders td[data-field=touch]")]
  .filter((cell) => cell.textContent.includes("·")).length >= 3"""


def sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/")
    page.fill("[name=username]", "alice")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#connection[data-state=live]")


def photograph(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / name)


def film(page: Page) -> None:
    """Save a short animation of the page while it updates itself."""
    frames = []
    for _ in range(FRAMES):
        frame = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        frames.append(frame.resize((960, 600), Image.Resampling.LANCZOS))
        page.wait_for_timeout(FRAME_MILLISECONDS)
    options = {"duration": FRAME_MILLISECONDS * 2, "loop": 0, "quality": 70, "method": 4}
    frames[0].save(IMAGES / "live.webp", save_all=True, append_images=frames[1:], **options)
    if (IMAGES / "live.webp").stat().st_size > MOST_BYTES:
        raise SystemExit("docs/images/live.webp is above 2 MB.")


def forecast(page: Page) -> None:
    """The working orders with their touches, one of them in detail, and the cone on the chart."""
    page.set_viewport_size({"width": 1440, "height": 1100})
    page.locator("[role=tab][data-tab=working]").click()
    page.wait_for_function(TOUCHES)
    row = page.locator("#orders tbody tr[data-order-id]").filter(has=page.locator("td[data-field=touch]", has_text="·"))
    row.first.locator(".col-toggle button").click()
    page.locator(".touch-details .curve-line").wait_for(state="attached")
    page.wait_for_timeout(LOOK_MILLISECONDS)
    page.locator(".touch-details").scroll_into_view_if_needed()
    photograph(page, "forecast.png")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = browser()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "served", FEED="sim").start()
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            sign_in(page, server)
            page.get_by_role("button", name="Play two minutes of demo flow").first.click()
            page.wait_for_timeout(SETTLE_MILLISECONDS)
            film(page)
            dismiss = page.get_by_role("button", name="Dismiss all")
            if dismiss.is_visible():
                dismiss.click()
            photograph(page, "desktop.png")
            dark = chromium.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
            sign_in(dark, server)
            dark.wait_for_selector("#chart[data-state=ready]")
            dark.wait_for_timeout(LOOK_MILLISECONDS)
            photograph(dark, "dark.png")
            phone = chromium.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=2)
            sign_in(phone, server)
            photograph(phone, "phone.png")
            forecast(page)
        finally:
            chromium.close()
            server.stop()


if __name__ == "__main__":
    main()
