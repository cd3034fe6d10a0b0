"""The table of forecasts against the last price, on the bars that the site has."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import redis

from market.live import redis_board, redis_client
from market.live.bars import Bar
from market.models import Instrument
from market.scorecard.direction_table import closes_of, direction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_board")]

BEGIN = 1_784_992_200


def bar(minute: int, price: str) -> str:
    amount = Decimal(price)
    return Bar(BEGIN + 60 * minute, amount, amount, amount, amount, Decimal(5)).text()


def walk(count: int) -> Iterator[str]:
    chance, price = random.Random(1), 585.0
    for minute in range(count):
        price *= 1 + chance.gauss(0, 0.001)
        yield bar(minute, f"{price:.2f}")


def keep(broker_url: str, symbol: str, texts: Iterator[str]) -> None:
    with redis.Redis.from_url(broker_url) as client:
        client.zadd(redis_board.bars_key(symbol), {text: place for place, text in enumerate(texts)})


def test_nothing_beats_the_last_price_of_a_random_walk(broker_url: str, aapl: Instrument) -> None:
    keep(broker_url, "AAPL", walk(801))

    found = direction("AAPL")

    assert [row.name for row in found.rows] == ["last price", "drift", "AR(1)", "Holt", "random"]
    assert (found.symbol, found.closes) == ("AAPL", 600)
    assert all(row.relative_mae > 0.99 for row in found.rows)
    assert found.rows[-1].relative_mae > 1000


def test_without_a_symbol_the_first_that_has_bars_is_taken(
    broker_url: str, aapl: Instrument, btcusd: Instrument
) -> None:
    keep(broker_url, "BTCUSD", walk(200))

    found = direction()

    assert (found.symbol, "AAPL" in found.symbols, len(found.rows)) == ("BTCUSD", True, 5)


def test_too_few_bars_or_an_unknown_symbol_make_no_table(broker_url: str, aapl: Instrument) -> None:
    keep(broker_url, "AAPL", walk(30))
    keep(broker_url, "NOSUCH", walk(300))

    assert direction("AAPL").rows == direction("NOSUCH").rows == direction().rows == ()


def test_a_closed_market_parts_sessions_and_garbage_is_left_out() -> None:
    texts = [bar(0, "5"), "[", '{"time":"x"}', bar(2, "6"), bar(2, "9"), bar(1, "9"), bar(60, "7"), '{"time":7}']

    assert closes_of(texts) == ((5.0, 6.0), (7.0,))


def test_without_redis_there_is_no_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aapl: Instrument) -> None:
    monkeypatch.setattr(redis_client, "url", lambda: f"unix://{tmp_path}/nobody.sock")

    assert direction("AAPL").is_away
