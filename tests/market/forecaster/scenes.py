"""A market as the forecaster meets it: bars that it has learned, a quote, a feed, and what it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

import orjson

from market.forecast.candles import Candle
from market.forecast.model import Model
from market.forecaster.apart import Apart
from market.forecaster.asks import Ask
from market.forecaster.engine import Engine
from market.forecaster.symbol_market import SymbolMarket
from market.money import Quote
from tests.market.forecast import simulated

D = Decimal
LIVE = "live"
BARS = 1_500
# The end of the bars.
NOW = float(simulated.START + BARS * 60)


@cache
def bars() -> list[Candle]:
    """1,500 minutes of calm and storm: enough for the next hour, and for no longer time."""
    return simulated.candles(simulated.regimes(BARS))


@cache
def learned(count: int = BARS) -> Model:
    """A model after so many bars."""
    model = Model()
    for bar in bars()[:count]:
        model.take(bar)
    return model


def text_of(bar: Candle) -> str:
    """A bar as the board keeps it."""
    row = {name: str(getattr(bar, name)) for name in ("open", "high", "low", "close")}
    return orjson.dumps({"time": bar.time} | row | {"volume": "1"}).decode()


def texts(found: Iterable[Candle]) -> list[str]:
    return [text_of(bar) for bar in found]


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else D(text)


def quote(bid: str | None = "99.99", ask: str | None = "100.01", last: str | None = "100") -> Quote:
    return Quote(decimal(bid), decimal(ask), decimal(last))


def quote_text(at: float = NOW, symbol: str = "AAPL", **prices: str | None) -> str:
    """A quote as the board keeps it, of this unix second."""
    told = quote(**prices)
    sides: dict[str, Any] = {
        name: None if getattr(told, name) is None else str(getattr(told, name)) for name in ("bid", "ask", "last")
    }
    return orjson.dumps({"symbol": symbol, "at": at * 1000} | sides).decode()


def ask(price: str = "99.9", side: str = "buy", symbol: str = "AAPL", tick: str = "0.01", **more: Any) -> Ask:
    return Ask(symbol, side, D(price), D(tick), **more)


def ready(market: SymbolMarket, at: float = NOW, model: Model | None = None, **prices: str | None) -> SymbolMarket:
    """This market with its bars learned and a quote of this moment."""
    market.model = learned() if model is None else model
    market.has_bars.set()
    market.take_quote(quote_text(at, market.symbol, **prices), at)
    return market


def engine_of(*symbols: str, now: float = NOW, apart: Any = None, cones_apart: Any = None) -> Engine:
    """An engine that follows these, each with a past and a quote."""
    engine = Engine(Apart(apart), Apart(cones_apart))
    for symbol in symbols or ("AAPL",):
        market = engine.follow(symbol, now)
        assert market is not None
        ready(market, now)
    return engine
