"""docs/feeds.md says what the feeds do."""

from __future__ import annotations

import re

from market.feeds import counts, finnhub, guard, kraken
from market.feeds.pace import MANNERS
from tests.servers import ROOT

PAGE = (ROOT / "docs" / "feeds.md").read_text()


def test_every_reason_to_count_has_its_row() -> None:
    told = re.findall(r"^\| `(\w+)` \| ", PAGE.split("## What is counted")[1], re.MULTILINE)

    assert told == [reason for name, reason in vars(counts).items() if name.isupper()]


def test_the_figures_are_those_of_the_code() -> None:
    rules = guard.RULES
    page = " ".join(PAGE.split())

    for said in (
        f"`{finnhub.URL}` | `{kraken.URL}`",
        f"| {finnhub.LIMIT} | any number |",
        f"within {finnhub.SILENCE_SECONDS} s (it pings each minute)",
        f"within {kraken.SILENCE_SECONDS} s (a heartbeat each second)",
        f"up to {MANNERS.first_wait}, 2, 4 … {MANNERS.longest_wait} s",
        f"told something for {MANNERS.stable} s takes the waits back to {MANNERS.first_wait} s",
        f"tried again every {MANNERS.refused_wait // 60} minutes",
        f"within {MANNERS.close_timeout} s is cut",
        f"at most {MANNERS.per_second} messages a second (the first {MANNERS.burst} at once)",
        f"more than {rules.far * 100:.0f} % from the last accepted",
        f"prints within {rules.near * 100:.0f} % of",
        f"none was accepted for {rules.patience} s",
        f"more than {rules.ahead} s ahead of our clock",
        f"within {kraken.PATIENCE.unheard} s (Kraken, which answers with the price that stands) or "
        f"{finnhub.PATIENCE.unheard} s (Finnhub",
        f"asked for again after {kraken.PATIENCE.first} s, then after twice as long each time, up to "
        f"{kraken.PATIENCE.longest // 60} minutes",
        f"asked for again after {kraken.PATIENCE.refused // 60} minutes",
        f"subscribed anew after {kraken.PATIENCE.quiet // 60} minutes of silence "
        f"(Finnhub: {finnhub.PATIENCE.quiet // 60})",
    ):
        assert said in page, said
    assert (MANNERS.longest_asked_wait, MANNERS.limit_again, rules.confirmations) == (3600, 3600, 3)
