"""Demo instruments: stocks, currencies and crypto with realistic tick sizes, lot sizes and decimals."""

from __future__ import annotations

from decimal import Decimal

from market.models import Instrument

STOCKS = {
    "AAPL": "Apple",
    "ADBE": "Adobe",
    "AMD": "Advanced Micro Devices",
    "AMZN": "Amazon",
    "AVGO": "Broadcom",
    "BAC": "Bank of America",
    "CAT": "Caterpillar",
    "COST": "Costco",
    "CSCO": "Cisco",
    "DIS": "Walt Disney",
    "GE": "GE Aerospace",
    "GOOG": "Alphabet",
    "IBM": "IBM",
    "INTC": "Intel",
    "JNJ": "Johnson & Johnson",
    "JPM": "JPMorgan Chase",
    "KO": "Coca-Cola",
    "MCD": "McDonald's",
    "META": "Meta Platforms",
    "MSFT": "Microsoft",
    "NFLX": "Netflix",
    "NVDA": "NVIDIA",
    "ORCL": "Oracle",
    "PFE": "Pfizer",
    "TSLA": "Tesla",
    "WMT": "Walmart",
    "XOM": "Exxon Mobil",
}
EUROPE = {"ASML": "ASML Holding", "BMW": "BMW", "MC": "LVMH", "SAP": "SAP", "SIE": "Siemens"}
CURRENCIES = {
    "EURUSD": ("Euro / US dollar", "USD", 5),
    "GBPUSD": ("Pound sterling / US dollar", "USD", 5),
    "USDJPY": ("US dollar / Japanese yen", "JPY", 3),
    "USDCHF": ("US dollar / Swiss franc", "CHF", 5),
    "EURGBP": ("Euro / Pound sterling", "GBP", 5),
}
CRYPTO = {
    "BTCUSD": ("Bitcoin / US dollar", "USD", 2),
    "BTCEUR": ("Bitcoin / Euro", "EUR", 2),
    "ETHUSD": ("Ethereum / US dollar", "USD", 2),
    "ETHEUR": ("Ethereum / Euro", "EUR", 2),
    "SOLUSD": ("Solana / US dollar", "USD", 2),
    "XRPUSD": ("XRP / US dollar", "USD", 4),
    "LTCUSD": ("Litecoin / US dollar", "USD", 2),
}


def make_instruments() -> int:
    """Create missing demo instruments, and leave existing ones as they are; return the number created."""
    wanted = [
        *(_instrument(symbol, name, "USD", 2, Decimal(1)) for symbol, name in STOCKS.items()),
        *(_instrument(symbol, name, "EUR", 2, Decimal(1)) for symbol, name in EUROPE.items()),
        *(_instrument(symbol, *rest, Decimal(1)) for symbol, rest in CURRENCIES.items()),
        *(_instrument(symbol, *rest, Decimal("0.0001")) for symbol, rest in CRYPTO.items()),
    ]
    present = set(Instrument.objects.values_list("symbol", flat=True))
    missing = [instrument for instrument in wanted if instrument.symbol not in present]
    Instrument.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _instrument(symbol: str, name: str, currency: str, decimals: int, lot_size: Decimal) -> Instrument:
    return Instrument(
        symbol=symbol,
        name=name,
        currency=currency,
        price_decimals=decimals,
        tick_size=Decimal(1).scaleb(-decimals),
        lot_size=lot_size,
    )
