"""Delay from a save to a real screen: a browser on the page, whose header shows the page's own figures.

Another process (`simulate_orders`) saves the orders; the page measures each from commit to paint. The baseline of the
same run is the minimum for any page: changing one word on the same page and waiting until it is painted.
"""

from __future__ import annotations

import secrets
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks import served
from benchmarks.figures import Figure, Spread, percentile
from benchmarks.served import ROOT, Served

RATE = 20
SECONDS = 12
PAINTS = 100

# Two animation frames: the first runs before the change is painted, the second after.
PAINT = """async (count) => {
  const word = document.querySelector("#connection");
  const taken = [];
  const kept = word.title;
  for (let number = 0; number < count; number += 1) {
    const begun = performance.now();
    word.title = `${number}`;
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    taken.push(performance.now() - begun);
    await new Promise((later) => setTimeout(later, Math.random() * 40));
  }
  word.title = kept;
  return taken;
}"""


def _sign_in(chromium: Browser, server: Served, password: str) -> Page:
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.fill("[name=username]", "bench")
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector("#connection[data-state=live]")
    return page


def _round(chromium: Browser, server: Served) -> dict[str, float]:
    """The header's p50 and p99 after the flow, and the baseline's."""
    password = secrets.token_urlsafe(12)
    code = (
        "from django.contrib.auth.models import User; user = User.objects.get(username='bench');"
        f"user.set_password({password!r}); user.save()"
    )
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "shell", "-v0", "-c", code], cwd=ROOT, env=server.environment, check=True)
    page = _sign_in(chromium, server, password)
    paints = page.evaluate(PAINT, PAINTS)
    flow = [
        *manage,
        "simulate_orders",
        "--user",
        "bench",
        "--rate",
        str(RATE),
        "--seconds",
        str(SECONDS),
        "--seed",
        "7",
    ]
    subprocess.run(flow, cwd=ROOT, env=server.environment, check=True, stdout=subprocess.DEVNULL)
    proof = {name: int(page.locator(f"#stream [data-stream={name}]").inner_text()) for name in ("gaps", "duplicates")}
    if any(proof.values()):
        raise SystemExit(f"The stream has gaps or duplicates: {proof}.")
    latency = page.locator("#latency")
    shown = {name: float(latency.locator(f"[data-latency={name}]").text_content() or "nan") for name in ("p50", "p99")}
    page.context.close()
    return {
        "screen_p50": shown["p50"],
        "screen_p99": shown["p99"],
        "paint_p50": statistics.median(paints),
        "paint_p99": percentile(paints, 0.99),
    }


def measure(chromium: Browser, rounds: int) -> list[Figure]:
    kept: dict[str, list[float]] = {}
    for _ in range(rounds):
        with (
            tempfile.TemporaryDirectory() as folder,
            served.broker() as redis_url,
            served.product(Path(folder), redis_url) as server,
        ):
            for name, value in _round(chromium, server).items():
                kept.setdefault(name, []).append(value)
    return [
        Figure(
            f"save → screen, {share}",
            "ms",
            "one change painted",
            Spread.of(kept[f"paint_{share}"]),
            Spread.of(kept[f"screen_{share}"]),
        )
        for share in ("p50", "p99")
    ]
