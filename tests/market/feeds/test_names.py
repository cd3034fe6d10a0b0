"""What each feed is asked for: its own names, and nothing where it has none."""

from __future__ import annotations

import pytest

from demo.instruments import CRYPTO, CURRENCIES, STOCKS, make_instruments
from market.feeds import names
from market.models import Instrument


@pytest.mark.parametrize(
    ("symbol", "entered", "currency", "kraken", "finnhub"),
    [
        ("BTCUSD", "", "USD", "BTC/USD", "BINANCE:BTCUSDT"),
        ("BTCUSD", "BTC/USD", "USD", "BTC/USD", "BINANCE:BTCUSDT"),
        ("BTCUSD", "COINBASE:BTC-USD", "USD", "BTC/USD", "COINBASE:BTC-USD"),
        ("ETHEUR", "", "EUR", "ETH/EUR", "BINANCE:ETHEUR"),
        ("EURUSD", "", "USD", "EUR/USD", "OANDA:EUR_USD"),
        ("AAPL", "", "USD", None, "AAPL"),
        ("BRK.B", "", "USD", None, "BRK.B"),
        ("SAP", "", "EUR", None, None),
        ("SAP", "SAP.DE", "EUR", None, "SAP.DE"),
        ("DOGEUSD", "", "USD", None, None),
        ("DOGEUSD", "DOGE/USD", "USD", "DOGE/USD", None),
    ],
)
def test_an_instrument_is_asked_for_by_the_name_that_the_feed_has_for_it(
    symbol: str, entered: str, currency: str, kraken: str | None, finnhub: str | None
) -> None:
    assert names.kraken(symbol, entered, currency) == kraken
    assert names.finnhub(symbol, entered, currency) == finnhub


@pytest.mark.django_db
def test_of_the_demo_each_feed_is_asked_for_what_it_has() -> None:
    make_instruments()

    def carried(feed: str) -> set[str]:
        name_of = names.NAMING[feed]
        return {each.symbol for each in Instrument.objects.all() if name_of(each.symbol, "", each.currency) is not None}

    assert carried("kraken") == {*CURRENCIES, *CRYPTO}
    assert carried("finnhub") == {*CURRENCIES, *CRYPTO, *STOCKS}, "the bare symbol of SAP is a listing in dollars"
