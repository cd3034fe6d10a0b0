"""Cost and delay of prices on their way to many viewers, and whether each viewer ends on the last values.

The baseline is plain Channels (a group a symbol, a JSON consumer a socket, a `group_send` a price), with its own Redis.
Both get the same ticks from a feed in its own process (`benchmarks/quotes_feed.py`).
`python -m benchmarks.quotes [--rounds N] [--only PART …] [--clients N] [--ticks N]`.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import statistics
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import outcome, served
from benchmarks.figures import percentile, table
from benchmarks.helpers import Helper, helper
from benchmarks.quotes_frames import KINDS, SYMBOLS
from benchmarks.quotes_marks import figures
from benchmarks.served import Served
from benchmarks.stream_marks import Kept

OF_EACH = 10
PER_SECOND = 10
SECONDS = 3.0
QUIET = 1.0
# A rate that plain Channels can carry: with more, the length of its queue would be measured.
DELAY_CLIENTS, DELAY_TICKS, DELAY_PER_SECOND = 100, 150, 40.0
PATHS = {"plain": "/ws/quotes/", "ours": "/ws/"}
FAST, SLOW = 100, 50
BEHIND_TICKS = 10_000
SLOW_QUIET = 3.0


def choices(clients: int, seed: int = 1) -> list[list[str]]:
    """Ten symbols for each client, drawn at random for each one."""
    rng = random.Random(seed)
    return [sorted(rng.sample(SYMBOLS, OF_EACH)) for _ in range(clients)]


def watched_by(wanted: list[list[str]], told: int) -> int:
    """How many prices reach these clients if `told` ticks of each symbol are sent and none is dropped."""
    return told * sum(map(len, wanted))


class Sites:
    """Both servers, each with its feed."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        plain = stack.enter_context(served.plain(folder, stack.enter_context(served.broker())))
        # Any FEED but off: the benchmark runs the feed, and starts no other process of the product.
        ours = served.product(
            folder,
            stack.enter_context(served.broker()),
            symbols=SYMBOLS,
            FEED="sim",
            QUOTES_PER_SECOND="0",
        )
        self.found: dict[str, tuple[Served, Helper]] = {}
        for name, site in (("plain", plain), ("ours", stack.enter_context(ours))):
            feed = stack.enter_context(helper("quotes_feed", site.environment))
            self.found[name] = site, feed
            tell(feed, len(SYMBOLS), 0)


def tell(feed: Helper, count: int, per_second: float) -> Any:
    return feed.ask("ticks", symbols=SYMBOLS, count=count, per_second=per_second)


@contextmanager
def sites() -> Iterator[Sites]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        yield Sites(Path(folder), stack)


@contextmanager
def viewers(name: str, site: Served, wanted: list[list[str]], per_second: int | None) -> Iterator[Helper]:
    with helper("quotes_viewers", os.environ) as found:
        watch(found, name, site, wanted, per_second)
        yield found


def watch(
    found: Helper, name: str, site: Served, wanted: list[list[str]], rate: int | None, slow: bool = False
) -> None:
    found.ask("open", port=site.port, path=PATHS[name], token=site.token, symbols=wanted, per_second=rate, slow=slow)
    found.ask("until", quiet=QUIET)  # until the current prices have arrived


def costs(found: Sites, options: Namespace, kept: Kept) -> None:
    """Prices a core-second of the server. Plain Channels gets only the ticks that it can deliver in a few seconds."""
    wanted = choices(options.clients)
    alike = [wanted[0]] * options.clients
    for name, prefix, symbols in (("plain", "", wanted), ("ours", "", wanted), ("ours", "alike: ", alike)):
        site, feed = found.found[name]
        count = len(SYMBOLS) if name == "plain" else int(len(SYMBOLS) * PER_SECOND * options.seconds)
        rate = 0.0 if name == "plain" else float(len(SYMBOLS) * PER_SECOND)
        with viewers(name, site, symbols, PER_SECOND) as watching:
            for number in range(options.rounds):
                print(f"costs, {prefix}{name}, round {number + 1} of {options.rounds}", flush=True)
                watching.ask("begin", mode="count")
                used = site.seconds()
                tell(feed, count, rate)
                heard = watching.ask("until", quiet=QUIET)
                used = site.seconds() - used
                told = watched_by(symbols, count // len(SYMBOLS))
                values = {"prices/core-s": heard["prices"] / used, "delivered": heard["prices"] / told}
                kept.add(name, values | {"cores": used / options.seconds}, prefix)


def delays(found: Sites, options: Namespace, kept: Kept) -> None:
    """Delay from a tick to each client, unthrottled, at a rate that both servers can carry."""
    wanted = choices(DELAY_CLIENTS)
    with ExitStack() as stack:
        watching = {
            name: stack.enter_context(viewers(name, site, wanted, None)) for name, (site, _) in found.found.items()
        }
        for number in range(options.rounds):
            print(f"delays, round {number + 1} of {options.rounds}", flush=True)
            for name, (_, feed) in found.found.items():
                kept.add(name, delay(watching[name], feed, watched_by(wanted, DELAY_TICKS // len(SYMBOLS))))


def delay(watching: Helper, feed: Helper, prices: int) -> dict[str, float]:
    watching.ask("begin", mode="delays")
    tell(feed, DELAY_TICKS, DELAY_PER_SECOND)
    heard = watching.ask("until", quiet=QUIET)
    found: list[float] = heard["delays"]
    return {
        "tick → client p50": statistics.median(found),
        "tick → client p99": percentile(found, 0.99),
        "all delivered": len(found) / prices,
    }


def intakes(options: Namespace, kept: Kept) -> None:
    """Trades received a core-second, from frames in memory and from an upstream."""
    own = {"DJANGO_SETTINGS_MODULE": "webapp.settings", "FEED": "off", "SECRET_KEY": secrets.token_urlsafe(50)}
    with helper("quotes_intake", os.environ | own) as intake:
        for number in range(options.rounds):
            print(f"intake, round {number + 1} of {options.rounds}", flush=True)
            for kind in KINDS:
                for where, do in (("memory", "in_memory"), ("socket", "over_a_socket")):
                    kept.add(kind, intake.ask(do, kind=kind, trades=options.trades), f"{where}: ")


def millions(found: Sites, options: Namespace, kept: Kept) -> None:
    """Delay of quick clients without and with slow ones, and then ticks at full speed to both."""
    site, feed = found.found["ours"]
    wanted = choices(FAST)
    with viewers("ours", site, wanted, None) as quick, helper("quotes_viewers", os.environ) as others:
        watch(others, "ours", site, choices(FAST, seed=2), PER_SECOND)
        for number in range(options.rounds):
            print(f"conflation, round {number + 1} of {options.rounds}", flush=True)
            prices = watched_by(wanted, DELAY_TICKS // len(SYMBOLS))
            kept.add("ours", delay(quick, feed, prices), "alone: ")
            watch(others, "ours", site, [list(SYMBOLS)] * SLOW, 20, slow=True)
            tell(feed, BEHIND_TICKS, 0)  # until they are behind
            quick.ask("until", quiet=QUIET)
            kept.add("ours", delay(quick, feed, prices), "beside: ")
            for each in (quick, others):
                each.ask("begin", mode="keep")
            told = tell(feed, options.ticks // options.rounds, 0)
            heard = [each.ask("until", quiet=SLOW_QUIET) for each in (quick, others)]
            ends = [each.ask("stale", lasts=told["lasts"]) for each in (quick, others)]
            kept.add("ours", conflated(told, heard, ends, options.ticks // options.rounds))
            others.ask("close_slow")


def conflated(told: Any, heard: list[Any], ends: list[Any], ticks: int) -> dict[str, float]:
    """The share of all ticks that arrived, and the share of all sockets' symbols that ended on their last price."""
    values = sum(end["final"] + end["stale"] for end in ends)
    stale = sum(end["stale"] for end in ends)
    return {
        "ticks/s": ticks / told["seconds"],
        "stale finals": stale,
        "closed by the server": sum(end["closed"] for end in ends),
        "final values": 1 - stale / values,
        "sent of all": sum(each["prices"] for each in heard) / (values * ticks / len(SYMBOLS)),
    }


PARTS = {"costs": costs, "delays": delays, "millions": millions}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=[*PARTS, "intakes"], nargs="*", default=[*PARTS, "intakes"])
    parser.add_argument("--clients", type=int, default=1000, help=f"of {OF_EACH} symbols each")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of prices a round, with those clients")
    parser.add_argument("--ticks", type=int, default=1_000_000, help="in all rounds together, conflated")
    parser.add_argument("--trades", type=int, default=10_000, help="of each kind of frame a round")
    options = parser.parse_args()
    kept = Kept()
    if "intakes" in options.only:
        intakes(options, kept)
    if set(options.only) - {"intakes"}:
        with sites() as found:
            for name, part in PARTS.items():
                if name in options.only:
                    part(found, options, kept)
    measured = figures(kept)
    about = {**vars(options), "measured": kept.as_json()}
    outcome.write("quotes", {f"{figure.name}, {figure.baseline}": figure.as_json() for figure in measured}, **about)
    print(table(measured))


if __name__ == "__main__":
    main()
