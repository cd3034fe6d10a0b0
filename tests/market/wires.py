"""A fake upstream and a feed connected to it, quick enough for tests, for each protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from market.feeds import finnhub, kraken
from market.feeds.clock import CLOCK, Clock
from market.feeds.pace import Manners, Patience
from market.feeds.upstream import Upstream
from market.live.ticks import State, Tick
from tests.market.fake_upstream import FakeFinnhub, FakeKraken, FakeUpstream
from tests.market.hands import running, until

KEY = "s3cr3t+key/of=ours"
QUICK = Manners(
    first_wait=0.002, longest_wait=0.02, refused_wait=0.02, close_timeout=0.3, per_second=100_000, burst=1000
)
PROTOCOLS = ("finnhub", "kraken")
# No symbol is asked for again while nothing else happens.
NEVER = 1e9
PATIENT = Patience(unheard=NEVER, quiet=NEVER, first=NEVER, longest=NEVER, refused=NEVER)


@dataclass
class Wire:
    """`names` turns our symbols into what `want` takes; `upstream.subscribed` speaks the upstream's."""

    protocol: str
    upstream: FakeUpstream
    feed: Upstream
    task: asyncio.Task[None] | None = None
    ticks: list[Tick] = field(default_factory=list)

    def names(self, symbols: Iterable[str]) -> dict[str, str]:
        return {symbol: f"{symbol}/USD" for symbol in symbols}

    def want(self, *symbols: str) -> None:
        self.feed.want(self.names(symbols))

    async def equal(self, *symbols: str) -> None:
        """The upstream's set has become exactly this, and stays it, over one live connection."""

        def is_equal() -> bool:
            return (
                self.upstream.subscribed == set(self.names(symbols).values())
                and len(self.upstream.visits) == 1
                and self.feed.status.state is State.LIVE
            )

        try:
            await until(is_equal, "the wanted set", in_a_row=10)
        except AssertionError:
            assert self.upstream.subscribed == set(self.names(symbols).values())
            raise

    async def tell(self, symbol: str, price: str, at: float) -> None:
        """One trade at the upstream."""
        if isinstance(self.upstream, FakeFinnhub):
            await self.upstream.trade(f"{symbol}/USD", price, at)
        elif isinstance(self.upstream, FakeKraken):
            stamp = datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z")
            await self.upstream.ticker(f"{symbol}/USD", last=price, timestamp=f'"{stamp}"')


@asynccontextmanager
async def wire(
    protocol: str,
    *,
    clock: Clock = CLOCK,
    manners: Manners = QUICK,
    silence_seconds: float = 30,
    patience: Patience = PATIENT,
    sink: Callable[[Tick], Any] | None = None,
    feed_limit: int | None = None,
    **upstream_options: Any,
) -> AsyncIterator[Wire]:
    """A feed that runs against a fake; both end with the block."""
    options: dict[str, Any] = {"clock": clock, "manners": manners, "silence_seconds": silence_seconds}
    options["patience"] = patience
    if protocol == "finnhub":
        options["limit"] = feed_limit or finnhub.LIMIT
        async with FakeFinnhub(**({"only_one": True} | upstream_options)) as upstream:
            made = Wire(protocol, upstream, finnhub.feed(KEY, upstream.url, **options))
            async with running(made.feed, sink or made.ticks.append) as made.task:
                yield made
    else:
        async with FakeKraken(**upstream_options) as upstream:
            made = Wire(protocol, upstream, kraken.feed(upstream.url, **options))
            async with running(made.feed, sink or made.ticks.append) as made.task:
                yield made
