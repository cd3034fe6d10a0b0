"""How long a save takes to a real screen: a browser on the page, its own figures read off its own header.

Orders are saved by another process (`simulate_orders`); the page measures each from commit to paint. The baseline of
the same run is the least any page can take: changing one word on the same page and waiting until it is painted.
`python -m benchmarks.screen [--rounds N]`.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import outcome, served
from benchmarks.figures import percentile
from benchmarks.served import ROOT, Served
from tests.provision import browser

RATE = 20
SECONDS = 15
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


def sign_in(chromium: Browser, server: Served, password: str) -> Page:
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.fill("[name=username]", "bench")
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector("#connection[data-state=live]")
    return page


def round_of(chromium: Browser, server: Served) -> dict[str, float]:
    """The header's p50 and p99 after the flow, and the baseline's."""
    password = secrets.token_urlsafe(12)
    code = (
        "from django.contrib.auth.models import User; user = User.objects.get(username='bench');"
        f"user.set_password({password!r}); user.save()"
    )
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "shell", "-v0", "-c", code], cwd=ROOT, env=server.environment, check=True)
    page = sign_in(chromium, server, password)
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
        raise SystemExit(f"The stream was not whole: {proof}.")
    latency = page.locator("#latency")
    shown = {name: float(latency.locator(f"[data-latency={name}]").text_content() or "nan") for name in ("p50", "p99")}
    page.context.close()
    return {
        "screen_p50": shown["p50"],
        "screen_p99": shown["p99"],
        "paint_p50": statistics.median(paints),
        "paint_p99": percentile(paints, 0.99),
    }


def run(rounds: int) -> dict[str, Any]:
    kept: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=browser(), args=arguments)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}: screen", flush=True)
            with (
                tempfile.TemporaryDirectory() as folder,
                served.broker() as redis_url,
                served.product(Path(folder), redis_url) as server,
            ):
                for name, value in round_of(chromium, server).items():
                    kept.setdefault(name, []).append(value)
        chromium.close()
    figures: dict[str, Any] = {
        name: {"median": statistics.median(values), "low": min(values), "high": max(values)}
        for name, values in kept.items()
    }
    for share in ("p50", "p99"):
        figures[f"ratio_{share}"] = figures[f"screen_{share}"]["median"] / figures[f"paint_{share}"]["median"]
    return figures


def table(figures: dict[str, Any]) -> str:
    lines = [f"{'milliseconds':<23}{'paint alone':>26}{'save to screen':>26}{'ratio':>8}"]
    for share in ("p50", "p99"):
        cells = [figures[f"{who}_{share}"] for who in ("paint", "screen")]
        shown = [f"{cell['median']:.1f} ({cell['low']:.1f}–{cell['high']:.1f})" for cell in cells]
        lines.append(f"{share:<23}{shown[0]:>26}{shown[1]:>26}{figures[f'ratio_{share}']:>8.2f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    figures = run(options.rounds)
    about = {"unit": "milliseconds", "baseline": "one change of the same page, painted"}
    outcome.write("screen", figures, rounds=options.rounds, saves_a_second=RATE, **about)
    print(table(figures))


if __name__ == "__main__":
    main()
