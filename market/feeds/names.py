"""Each feed's name of an instrument: the entered name, else a built-in one; None if the feed doesn't have it.

An entered name applies only to the feed whose format it has: Kraken's names contain a slash, Finnhub's don't. So a
site can change its feed without editing its instruments, and no symbol is requested under another feed's name.
"""

from __future__ import annotations

import re

from market.live.listing import Naming

CURRENCIES = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "EURGBP")
CRYPTO = ("BTCUSD", "BTCEUR", "ETHUSD", "ETHEUR", "SOLUSD", "XRPUSD", "LTCUSD")
KRAKEN = {symbol: f"{symbol[:3]}/{symbol[3:]}" for symbol in CURRENCIES + CRYPTO}
# Binance does not trade in US dollars but in USDT, a coin worth one dollar.
FINNHUB = {symbol: f"OANDA:{symbol[:3]}_{symbol[3:]}" for symbol in CURRENCIES} | {
    symbol: f"BINANCE:{symbol.replace('USD', 'USDT')}" for symbol in CRYPTO
}
US_LISTING = re.compile(r"[A-Z]{1,5}(\.[A-Z])?")


def kraken(symbol: str, entered: str, currency: str) -> str | None:
    """Pairs of currencies and coins: BTC/USD."""
    return entered if "/" in entered else KRAKEN.get(symbol)


def finnhub(symbol: str, entered: str, currency: str) -> str | None:
    """BINANCE:BTCUSDT, OANDA:EUR_USD; a bare symbol means a US listing, so it is used only for currency USD."""
    if entered and "/" not in entered:
        return entered
    if symbol in FINNHUB:
        return FINNHUB[symbol]
    return symbol if currency == "USD" and US_LISTING.fullmatch(symbol) else None


NAMING: dict[str, Naming] = {"kraken": kraken, "finnhub": finnhub}
