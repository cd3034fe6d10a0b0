"""What each feed calls an instrument: as was entered for it, else as is known here; None where it has no such one.

An entered name counts at the feed whose form it has: only Kraken writes a slash. So a site may change its feed without
editing its instruments, and nothing is asked for under another feed's name.
"""

from __future__ import annotations

import re

from market.live.listing import Naming

CURRENCIES = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "EURGBP")
CRYPTO = ("BTCUSD", "BTCEUR", "ETHUSD", "ETHEUR", "SOLUSD", "XRPUSD", "LTCUSD")
KRAKEN = {symbol: f"{symbol[:3]}/{symbol[3:]}" for symbol in CURRENCIES + CRYPTO}
# Binance has no dollars: USDT is a coin that is worth one.
FINNHUB = {symbol: f"OANDA:{symbol[:3]}_{symbol[3:]}" for symbol in CURRENCIES} | {
    symbol: f"BINANCE:{symbol.replace('USD', 'USDT')}" for symbol in CRYPTO
}
US_LISTING = re.compile(r"[A-Z]{1,5}(\.[A-Z])?")


def kraken(symbol: str, entered: str, currency: str) -> str | None:
    """Pairs of currencies and coins: BTC/USD."""
    return entered if "/" in entered else KRAKEN.get(symbol)


def finnhub(symbol: str, entered: str, currency: str) -> str | None:
    """BINANCE:BTCUSDT, OANDA:EUR_USD; a bare symbol is a listing in the United States, so only one in dollars is."""
    if entered and "/" not in entered:
        return entered
    if symbol in FINNHUB:
        return FINNHUB[symbol]
    return symbol if currency == "USD" and US_LISTING.fullmatch(symbol) else None


NAMING: dict[str, Naming] = {"kraken": kraken, "finnhub": finnhub}
