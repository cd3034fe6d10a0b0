"""One symbol as the forecaster follows it: its model, fed with bars, its quote, and the forecasts that wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import Any

import orjson

from market.forecast.candles import STANDING_BARS, Candle, most_standing
from market.forecast.model import Model
from market.forecaster.pending import Pending
from market.forecaster.results import Results
from market.forecaster.waitlist import Waiting, Waitlist
from market.live.arrival import told_quote
from market.live.bars import SECONDS
from market.live.ticks import State
from market.models.forecast_record import Unscored
from market.money import Quote

log = logging.getLogger(__name__)

# A price that has stood for longer is stale: no number comes from it.
STALE_SECONDS = STANDING_BARS * SECONDS
# A price that has stood for longer is that of a closed market.
CLOSED_SECONDS = (most_standing(SECONDS) + 1) * SECONDS
# The feed still adds to a bar for so long after its minute.
LATE_SECONDS = 2.5
# A feed that has to begin with a symbol writes its past within this time.
BEGINNING_SECONDS, GRACE_SECONDS = 5.0, 2.0
# Bars learned between two looks at what else there is to do.
AT_ONCE = 10


class SymbolMarket:
    """Times are unix seconds."""

    def __init__(self, symbol: str, now: float) -> None:
        self.symbol = symbol
        self.followed_at = self.asked_at = now
        # When a request last waited for it.
        self.waited_at = 0.0
        self.model = Model(SECONDS)
        # Held while a cone is being recorded: all who look at a chart ask in the same second.
        self.telling_cone = asyncio.Lock()
        self.pending = Pending()
        self.cones = Waitlist[Waiting[Decimal], Decimal | Unscored](lambda each: self._price)
        # What is in the record of this moment, so that the same number is stored once, however often it is asked for.
        self._recorded: set[Hashable] = set()
        self._recorded_at: Hashable = None
        # The newest cone that was shown: of which bar, with which tick, and the answer.
        self.cone_shown: tuple[int, Decimal, dict[str, Any]] | None = None
        self.quote = Quote()
        self.has_quote = asyncio.Event()
        self.has_bars = asyncio.Event()
        # The start of the newest bar that was learned.
        self.through = 0
        self._read_at = 0.0
        self._moved_at = 0.0
        # A price has come at this time or later: of a bar nothing is known but its start.
        self._priced_at = 0.0

    def take_quote(self, text: str, now: float) -> Results:
        """Take the next quote; the results of the forecasts that had ended before it."""
        told = told_quote(text)
        if told is None:
            return Results()
        settled = self.settle(now)
        settled.add(self.interrupted(State.LIVE, now))
        # The upstream's clock may be ahead; a time that is yet to come would never grow old.
        at = min(told[1] / 1000, now)
        self.quote, self._moved_at, self._priced_at = told[0], max(self._moved_at, at), max(self._priced_at, at)
        self.pending.take(self.quote)
        self.has_quote.set()
        return settled

    @property
    def moment(self) -> Hashable:
        """The same until a quote or a bar changes what is forecast."""
        return self.pending.extremes.number, self.through

    def note_recorded(self, moment: Hashable, asked: Hashable) -> None:
        """What was asked at this moment is in the record."""
        if moment == self.moment:
            if self._recorded_at != moment:
                self._recorded.clear()
                self._recorded_at = moment
            self._recorded.add(asked)

    def is_recorded(self, asked: Hashable) -> bool:
        """Whether the answer to this, as of now, is in the record."""
        return self._recorded_at == self.moment and asked in self._recorded

    def settle(self, now: float) -> Results:
        """The results of the forecasts whose time has passed, once a price has come since."""
        return Results(self.pending.settle(now, self._priced_at), self.cones.settle(now, self._priced_at))

    def is_due(self, now: float) -> bool:
        """Whether to look for new bars: at first often, since a feed may begin just now, then once a minute."""
        if now - self.followed_at < BEGINNING_SECONDS:
            return True
        return _last_end(now) > self._read_at

    async def learn(self, texts: Sequence[str], now: float) -> None:
        """Learn from the bars after `through` that are complete; one that is not sound is left out."""
        end = _last_end(now)
        for number, text in enumerate(texts, 1):
            try:
                candle = _candle(text)
                if candle.time + SECONDS > end:
                    continue
                self.model.take(candle)
            except (ValueError, LookupError, TypeError) as error:
                log.warning("A bar of %s is left out: %s", self.symbol, error)
                continue
            self.through = candle.time
            self._moved_at = max(self._moved_at, candle.time + SECONDS)
            self._priced_at = max(self._priced_at, candle.time)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        self._read_at = end
        if texts or now - self.followed_at > GRACE_SECONDS:
            # A feed that has nothing of it by now may never have: what there is decides.
            self.has_bars.set()
        if now - self.followed_at > GRACE_SECONDS:
            self.has_quote.set()

    def why_not(self, feed: str, now: float) -> str | None:
        """Why there can be no number at this moment; None if there can."""
        age = now - self._moved_at
        if feed != State.LIVE:
            return f"The price feed is {feed}."
        if not self._moved_at or (self.quote.last is None and not self.quote.has_side):
            return "There is no price."
        if self.quote.is_crossed:
            return "The market is crossed: its bid is above its ask."
        if age > STALE_SECONDS:
            return f"The price is {int(age // 60)} min old."
        return None

    def interrupted(self, feed: str, now: float) -> Results:
        """Why what waits is not scored: prices are missing, or there are none until the market opens."""
        if feed != State.LIVE:
            return self.give_up(Unscored.FEED)
        return self.give_up(Unscored.CLOSED) if now - self._moved_at > CLOSED_SECONDS else Results()

    def give_up(self, why: Unscored) -> Results:
        """Score nothing of what waits."""
        return Results(self.pending.give_up(why), self.cones.give_up(why))

    @property
    def is_awaited(self) -> bool:
        """Whether a forecast waits for its outcome."""
        return bool(len(self.pending) or len(self.cones))

    @property
    def _price(self) -> Decimal | Unscored:
        """The last trade's price, else the middle of the book; it is missing where the book has lost a side."""
        price = self.quote.last if self.quote.last is not None else self.quote.mid
        return Unscored.FEED if price is None else price


def _last_end(now: float) -> float:
    """When the newest complete bar ended."""
    return (now - LATE_SECONDS) // SECONDS * SECONDS


def _candle(text: str) -> Candle:
    told = orjson.loads(text)
    return Candle(int(told["time"]), *(float(told[name]) for name in ("open", "high", "low", "close")))
