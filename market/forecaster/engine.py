"""What the forecaster does, without Redis and database: from asks and quotes to answers, rows and results."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from market.forecaster.answering import Told, answer, refusal
from market.forecaster.apart import Apart
from market.forecaster.asks import Answer, Ask
from market.forecaster.cones import ConeBatch, cone, no_cone, still_ahead
from market.forecaster.pending import Waiting
from market.forecaster.results import Results
from market.forecaster.symbol_market import SymbolMarket
from market.models.forecast_record import ShownForecast, Unscored

# A symbol that nobody has asked for, and for which nothing waits, is followed for so long.
IDLE_SECONDS = 15 * 60
MOST_SYMBOLS = 300
CERTAIN = 1000
TOO_MANY = "Too many symbols are asked for."


@dataclass
class Batch:
    """Answers, and what has to be recorded before they may be shown: each row with the forecast that waits."""

    answers: list[Answer | None] = field(default_factory=list)
    rows: list[ShownForecast] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    # Of each row its market, the moment, and what was asked.
    asked: list[tuple[SymbolMarket, Hashable, Hashable]] = field(default_factory=list)


class Engine:
    """`feed` is always the feed's state. `results` are those not noted yet. Times are unix seconds."""

    def __init__(self, touches_apart: Apart, cones_apart: Apart) -> None:
        self.markets: dict[str, SymbolMarket] = {}
        self.results = Results()
        self._touches_apart = touches_apart
        self._cones_apart = cones_apart

    def follow(self, symbol: str, now: float) -> SymbolMarket | None:
        """The market of this symbol, followed from now on; None if too many are."""
        market = self.markets.get(symbol)
        if market is None:
            if len(self.markets) >= MOST_SYMBOLS:
                return None
            market = self.markets[symbol] = SymbolMarket(symbol, now)
        market.asked_at = now
        return market

    def hear(self, symbol: str, text: str, now: float) -> None:
        """Take the next quote of a symbol."""
        if symbol in self.markets:
            self.results.add(self.markets[symbol].take_quote(text, now))

    def answer(self, asks: Sequence[Ask], feed: str, now: float, *, kept: bool) -> Batch:
        """Answer all of these as of now."""
        batch = Batch()
        for each in asks:
            batch.answers.append(self._answer(each, feed, now, batch if kept else None))
        return batch

    def cone(self, symbol: str, tick: Decimal, feed: str, now: float) -> ConeBatch:
        """The cone of this symbol; that of a bar is recorded once, however many look at it."""
        market = self.markets.get(symbol)
        why = self._why_not(market, feed, now)
        if market is None or why is not None:
            return ConeBatch(no_cone(symbol, why or TOO_MANY))
        if market.model.last is None:
            return ConeBatch(no_cone(symbol, "There is no complete bar yet."))
        if market.cone_shown is not None and market.cone_shown[:2] == (market.through, tick):
            return ConeBatch(still_ahead(market.cone_shown[2], now))
        batch = cone(market, tick, now, self._cones_apart)
        market.cones.add(batch.waiting)
        return batch

    def recorded(self, batch: Batch | ConeBatch) -> None:
        """The batch is in the record: its forecasts have their numbers."""
        pairs: Iterable[Any] = zip(batch.rows, batch.waiting, strict=True)
        for row, each in pairs:
            each.number = row.number
        for market, moment, asked in batch.asked if isinstance(batch, Batch) else ():
            market.note_recorded(moment, asked)

    def failed(self, batch: Batch | ConeBatch) -> None:
        """The batch could not be recorded, so it will not be shown."""
        for symbol in {row.symbol for row in batch.rows}:
            if isinstance(batch, Batch):
                self.markets[symbol].pending.drop(batch.waiting)
            else:
                self.markets[symbol].cones.drop(batch.waiting)
        apart = self._touches_apart if isinstance(batch, Batch) else self._cones_apart
        for row in batch.rows:
            if row.is_apart:
                apart.release(row.symbol, row.minutes, row.ends_at)

    def look(self, feed: str, now: float) -> list[str]:
        """Settle what is due, give up what can't be scored; the symbols that need not be followed any longer."""
        idle = []
        for symbol, market in self.markets.items():
            self.results.add(market.settle(now))
            self.results.add(market.interrupted(feed, now))
            if not market.is_awaited and now - market.asked_at > IDLE_SECONDS:
                idle.append(symbol)
        for symbol in idle:
            del self.markets[symbol]
        return idle

    def give_up(self, why: Unscored) -> None:
        """Score nothing of what waits."""
        for market in self.markets.values():
            self.results.add(market.give_up(why))

    def _answer(self, ask: Ask, feed: str, now: float, batch: Batch | None) -> Answer | None:
        market = self.markets.get(ask.symbol)
        why = self._why_not(market, feed, now)
        if market is None or why is not None:
            return _if_changed(refusal(ask, why or TOO_MANY, now))
        found, told = answer(market.model, ask, market.quote, now)
        if batch is not None:
            self._keep(ask, told, market, now, batch)
        return found

    def _why_not(self, market: SymbolMarket | None, feed: str, now: float) -> str | None:
        if market is None:
            return TOO_MANY
        return market.why_not(feed, now) if market.has_bars.is_set() else "The forecast is being prepared."

    def _keep(self, ask: Ask, told: list[Told], market: SymbolMarket, now: float, batch: Batch) -> None:
        """Watch the prices for what is about to be shown, from the quote on that it was computed from."""
        since = market.pending.extremes.number
        terms = ask.direction, ask.is_stop, ask.price, ask.through
        new = [each for each in told if not market.is_recorded((*terms, each.minutes))]
        waiting = [Waiting(now + each.minutes * 60, since, *terms) for each in new]
        market.pending.add(waiting)
        batch.waiting += waiting
        batch.rows += [self._row(ask, each, market, now) for each in new]
        batch.asked += [(market, market.moment, (*terms, each.minutes)) for each in new]

    def _row(self, ask: Ask, told: Told, market: SymbolMarket, now: float) -> ShownForecast:
        at = datetime.fromtimestamp(now, UTC)
        ends_at = at + timedelta(minutes=told.minutes)
        # What has come already is no test of a forecast.
        is_open = told.touch[1] < CERTAIN
        touch, touch_low, touch_high = told.touch
        through, through_low, through_high = told.through
        return ShownForecast(
            at=at,
            ends_at=ends_at,
            symbol=ask.symbol,
            minutes=told.minutes,
            is_up=bool(ask.direction),
            is_stop=ask.is_stop,
            price=ask.price,
            touch=touch,
            touch_low=touch_low,
            touch_high=touch_high,
            through=through,
            through_low=through_low,
            through_high=through_high,
            climate=told.climate,
            liveliness=market.model.liveliness,
            is_apart=is_open and self._touches_apart.claim(ask.symbol, told.minutes, at, ends_at),
        )


def _if_changed(answer: Answer) -> Answer | None:
    return answer if answer["points"] else None
