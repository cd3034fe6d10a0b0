"""`manage.py run_feed`: runs the price feed that FEED names for all processes of the site; of several, one leads."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from market.feeds import finnhub, kraken, names, replay, sim
from market.feeds.guard import Guard
from market.live.listing import Listing, own_symbol
from market.live.runner import Runner
from market.live.ticks import Feed, Sink
from market.models import Instrument
from market.support.database_command import DatabaseCommand
from market.support.reasons import reason
from market.support.tasks import until_signal

STANDING = ["BTCUSD", "ETHUSD", "BTCEUR", "ETHEUR", "AAPL"]


class Command(DatabaseCommand):
    help = "Runs the price feed that FEED names, for all processes of the site."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.FEED == "off":
            raise CommandError("FEED is off: there is no feed to run.")
        listing = Listing(names.NAMING.get(settings.FEED, own_symbol))
        feed, standing = _feed(listing)
        runner = Runner(feed, partial(_guarded, feed), listing, standing)
        asyncio.run(until_signal(runner.run))


def _guarded(feed: Feed, sink: Sink) -> Sink:
    """The sink behind a plausibility filter, except for a recording: its prices are taken as they are."""
    return sink if isinstance(feed, replay.ReplayFeed) else Guard(sink, feed.status)


def _feed(listing: Listing) -> tuple[Feed, list[str]]:
    """The feed, and the symbols that it carries even without viewers."""
    match settings.FEED:
        case "sim":
            return sim.SimFeed(listing.terms_of, settings.FEED_SEED), STANDING
        case "replay":
            return _replay()
        case "finnhub":
            return finnhub.feed(settings.FINNHUB_KEY), STANDING
        case _:
            return kraken.feed(), STANDING


def _replay() -> tuple[Feed, list[str]]:
    try:
        prints = replay.read(Path(settings.FEED_FILE))
    except replay.BadFile as error:
        raise CommandError(f"FEED_FILE: {error}") from error
    except OSError as error:
        raise CommandError(f"FEED_FILE: {settings.FEED_FILE} can't be read: {reason(error)}.") from error
    start = settings.FEED_START
    if start is not None and prints[-1].at < start.timestamp():
        raise CommandError(f"FEED_START: {settings.FEED_FILE} has no price at {start.isoformat()} or later.")
    feed = replay.ReplayFeed(prints, settings.FEED_SPEED, start)
    _make_missing(prints)
    return feed, feed.symbols


def _make_missing(prints: list[replay.Print]) -> None:
    """Create recorded instruments that don't exist yet, with the smallest tick size in their prices."""
    decimals: dict[str, int] = {}
    for each in prints:
        places = max(0, -int(each.price.normalize().as_tuple().exponent))
        decimals[each.symbol] = max(decimals.get(each.symbol, 0), min(8, places))
    present = set(Instrument.objects.filter(symbol__in=decimals).values_list("symbol", flat=True))
    Instrument.objects.bulk_create(
        [
            Instrument(
                symbol=symbol,
                name=f"{symbol} (recorded)",
                currency=symbol[-3:] if symbol[-3:].isalpha() and len(symbol) == 6 else "USD",
                tick_size=Decimal(1).scaleb(-places),
                lot_size=Decimal("0.00000001"),
                price_decimals=places,
            )
            for symbol, places in decimals.items()
            if symbol not in present
        ],
        ignore_conflicts=True,
    )
