"""Cones that are shown: their prices on the tick, the reasons of horizons without one, and their rows in the record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.candles import Candle
from market.forecast.cone import Band
from market.forecast.model import HORIZONS, Model
from market.forecaster.apart import Apart
from market.forecaster.cones import ConeBatch, cone, no_cone, still_ahead
from market.forecaster.symbol_market import SymbolMarket
from market.values.decimals import decimal_string
from tests.market.forecaster.scenes import NOW, D, bars, learned, ready

CENT = D("0.01")
# With 1,500 bars up to the next hour.
KNOWN = [1, 5, 15, 30, 60]


@pytest.fixture
def market() -> SymbolMarket:
    return ready(SymbolMarket("AAPL", NOW))


def shown(market: SymbolMarket, tick: str = "0.01", now: float = NOW + 3, apart: Apart | None = None) -> ConeBatch:
    return cone(market, D(tick), now, Apart() if apart is None else apart)


def bounded(close: float, *bands: tuple[float, float], at: float = NOW) -> SymbolMarket:
    """A market whose newest bar closed at this price, and whose log returns of 5 minutes have these bounds."""
    model: Any = Model()
    model.take(Candle(int(at) - 60, close, close, close, close))
    told = [Band(level, low, high) for level, (low, high) in zip((0.8, 0.95), bands, strict=True)]
    model.cone = lambda: [(5, told)]
    return ready(SymbolMarket("AAPL", at), at, model)


def prices(batch: ConeBatch) -> list[tuple[str, str]]:
    """Low and high of each level, of 5 minutes."""
    [levels] = [band["levels"] for band in batch.answer["bands"] if band["minutes"] == 5]
    return [(level["low"], level["high"]) for level in levels]


def minutes_of(batch: ConeBatch) -> list[int]:
    return [band["minutes"] for band in batch.answer["bands"]]


def test_the_answer_tells_from_which_bar_and_close_its_bounds_are(market: SymbolMarket) -> None:
    answer = shown(market, now=NOW + 3.25).answer
    assert list(answer) == ["symbol", "as_of", "from", "close", "bands"]
    assert answer["symbol"] == "AAPL"
    assert datetime.fromisoformat(answer["as_of"]) == datetime.fromtimestamp(NOW + 3.25, UTC)
    assert answer["from"] == NOW == bars()[-1].time + 60
    assert abs(D(answer["close"]) - D(bars()[-1].close)) <= CENT / 2


@pytest.mark.parametrize("tick", ["0.01", "0.00000001", "0.05", "0.25", "3"])
def test_bounds_are_those_of_the_model_from_the_close_and_less_than_a_tick_further_out(
    market: SymbolMarket, tick: str
) -> None:
    bands = {band["minutes"]: band["levels"] for band in shown(market, tick).answer["bands"] if "levels" in band}
    told = dict(learned().cone())
    assert list(bands) == list(told) == KNOWN
    close = bars()[-1].close
    for minutes, levels in bands.items():
        assert [level["level"] for level in levels] == [0.8, 0.95]
        for level, band in zip(levels, told[minutes], strict=True):
            low, high = D(level["low"]), D(level["high"])
            assert (low % D(tick), high % D(tick)) == (0, 0)
            inside = D(f"{close * math.exp(band.low):.15g}"), D(f"{close * math.exp(band.high):.15g}")
            assert 0 <= inside[0] - low < D(tick)
            assert 0 <= high - inside[1] < D(tick)


def test_a_bound_on_a_tick_stays_there_and_any_other_goes_outwards() -> None:
    down, up = math.log(99.99 / 100), math.log(100.02 / 100)
    assert prices(shown(bounded(100.0, (0, 0), (down, up)))) == [("100", "100"), ("99.99", "100.02")]
    down, up = math.log(99.9899 / 100), math.log(100.0201 / 100)
    assert prices(shown(bounded(100.0, (0, 0), (down, up)))) == [("100", "100"), ("99.98", "100.03")]
    assert prices(shown(bounded(100.004, (0, 0), (0, 0)))) == [("100", "100.01")] * 2
    # As many digits as prices may have.
    exact = "1234567.12345678"
    assert prices(shown(bounded(float(exact), (0, 0), (0, 0)), "0.00000001")) == [(exact, exact)] * 2


def test_a_low_bound_ends_at_0_where_the_tick_is_larger_than_it() -> None:
    batch = shown(bounded(0.004, (-0.1, 0.1), (-0.2, 0.2)))
    assert (batch.answer["close"], prices(batch)) == ("0", [("0", "0.01")] * 2)
    assert prices(shown(bounded(0.00000004, (-0.1, 0.1), (-2, 2)), "0.00000001")) == [
        ("0.00000003", "0.00000005"),
        ("0", "0.0000003"),
    ]


@pytest.mark.parametrize(
    ("close", "shown_as"), [(100.005, "100"), (100.015, "100.02"), (100.0051, "100.01"), (100.0149, "100.01")]
)
def test_the_close_is_the_nearest_tick_the_even_one_of_two(close: float, shown_as: str) -> None:
    batch = shown(bounded(close, (0, 0), (0, 0)))
    assert batch.answer["close"] == shown_as
    assert batch.rows[0].close == D(shown_as)


@given(
    st.floats(1e-6, 1e6),
    st.tuples(*[st.floats(0, 1.5)] * 4).map(sorted),
    st.sampled_from(["0.00000001", "0.0001", "0.01", "0.25", "5"]),
)
def test_for_any_price_bounds_are_nested_on_the_tick_and_none_is_below_0(
    close: float, ways: Sequence[float], tick: str
) -> None:
    narrow_low, narrow_high, low, high = ways
    batch = shown(bounded(close, (-narrow_low, narrow_high), (-low, high)), tick)
    [(low_80, high_80), (low_95, high_95)] = [(D(low), D(high)) for low, high in prices(batch)]
    assert 0 <= low_95 <= low_80 <= D(batch.answer["close"]) <= high_80 <= high_95
    assert {price % D(tick) for price in (low_80, high_80, low_95, high_95)} == {0}


def test_horizons_that_have_passed_since_the_bar_are_left_out(market: SymbolMarket) -> None:
    for now, left in [(59.99, 0), (60, 1), (299.99, 1), (300, 2), (3_600, 5), (14_399, 6), (14_400, 7)]:
        batch = shown(market, now=NOW + now)
        assert minutes_of(batch) == list(HORIZONS)[left:]
        known = [minutes for minutes in KNOWN if minutes in HORIZONS[left:]]
        assert [row.minutes for row in batch.rows] == known
        assert [each.ends_at for each in batch.waiting] == [NOW + minutes * 60 for minutes in known]


def test_what_was_told_before_is_told_again_without_the_horizons_that_have_passed(market: SymbolMarket) -> None:
    answer = shown(market).answer
    assert still_ahead(answer, NOW + 59.99) == answer
    later = still_ahead(answer, NOW + 300)
    assert later == answer | {"bands": answer["bands"][2:]}
    assert len(answer["bands"]) == len(HORIZONS), "what is kept stays as it is"


def test_horizons_that_are_not_ready_say_when_they_will_be_and_have_no_row(market: SymbolMarket) -> None:
    batch = shown(market)
    assert minutes_of(batch) == list(HORIZONS)
    late = batch.answer["bands"][5:]
    missing = [learned().bars_missing(minutes) for minutes in (120, 240)]
    assert late == [
        {"minutes": 120, "unavailable": "Needs 18 more hours of prices.", "ready_in_minutes": missing[0]},
        {"minutes": 240, "unavailable": "Needs 60 more hours of prices.", "ready_in_minutes": missing[1]},
    ]
    assert [list(band) for band in batch.answer["bands"][:5]] == [["minutes", "levels"]] * 5

    model = learned(40)
    early = shown(ready(SymbolMarket("KO", NOW), model=model), now=float(bars()[39].time) + 60)
    [first, *_] = early.answer["bands"]
    assert first == {"minutes": 1, "unavailable": "Needs 3 more hours of prices.", "ready_in_minutes": 141}
    assert [band["ready_in_minutes"] for band in early.answer["bands"]] == list(map(model.bars_missing, HORIZONS))
    assert (early.rows, early.waiting) == ([], [])


def test_a_horizon_is_ready_exactly_when_its_minutes_have_come() -> None:
    wait = learned(40).bars_missing(1)
    assert wait is not None
    for count, is_ready in [(40 + wait - 1, False), (40 + wait, True)]:
        market = ready(SymbolMarket("KO", NOW), model=learned(count))
        [band, *_] = shown(market, now=bars()[count - 1].time + 63.0).answer["bands"]
        assert ("levels" in band) is is_ready
        assert band.get("ready_in_minutes") == (None if is_ready else 1)


def test_each_horizon_that_is_shown_has_a_row_with_what_is_told(market: SymbolMarket) -> None:
    now = NOW + 3.25
    batch = shown(market, now=now)
    assert [row.minutes for row in batch.rows] == KNOWN
    begins_at = datetime.fromtimestamp(NOW, UTC)
    for row, band in zip(batch.rows, batch.answer["bands"][:5], strict=True):
        assert (row.symbol, row.minutes) == ("AAPL", band["minutes"])
        assert row.at == datetime.fromtimestamp(now, UTC)
        assert (row.begins_at, row.ends_at) == (begins_at, begins_at + timedelta(minutes=row.minutes))
        told = [{"level": 0.8, "low": row.low_80, "high": row.high_80}]
        told += [{"level": 0.95, "low": row.low_95, "high": row.high_95}]
        assert [
            {"level": level["level"], "low": D(level["low"]), "high": D(level["high"])} for level in band["levels"]
        ] == told
        assert decimal_string(row.close) == batch.answer["close"]
        assert row.liveliness == learned().liveliness != 1
        assert (row.price, row.unscored, row.number) == (None, "", None)


def test_each_row_waits_until_so_many_minutes_after_the_bar_not_after_the_ask(market: SymbolMarket) -> None:
    batch = shown(market, now=NOW + 55)
    assert [each.ends_at for each in batch.waiting] == [row.ends_at.timestamp() for row in batch.rows]
    assert [each.ends_at - NOW for each in batch.waiting] == [minutes * 60 for minutes in KNOWN]
    assert {(each.number, each.result) for each in batch.waiting} == {(None, None)}


def test_those_that_are_apart_begin_when_the_one_before_of_their_horizon_has_ended(market: SymbolMarket) -> None:
    apart = Apart()
    assert [row.is_apart for row in shown(market, apart=apart).rows] == [True] * 5
    assert [row.is_apart for row in shown(market, apart=apart).rows] == [False] * 5
    later = bounded(100.0, (0, 0), (0, 0), at=NOW + 240)
    for now in (243, 303):
        assert [row.is_apart for row in shown(later, now=NOW + now, apart=apart).rows] == [False]
    later = bounded(100.0, (0, 0), (0, 0), at=NOW + 300)
    assert [row.is_apart for row in shown(later, now=NOW + 303, apart=apart).rows] == [True]
    # What was claimed is the time of the bar, not that of the ask.
    assert apart.claim("AAPL", 5, *[datetime.fromtimestamp(NOW + each, UTC) for each in (600, 900)])
    assert not apart.claim("AAPL", 15, *[datetime.fromtimestamp(NOW + each, UTC) for each in (899, 1_799)])
    assert apart.claim("KO", 15, *[datetime.fromtimestamp(NOW + each, UTC) for each in (0, 900)])


def test_an_answer_without_a_cone_says_why() -> None:
    assert no_cone("AAPL", "So.") == {"symbol": "AAPL", "unavailable": "So.", "ready_in_minutes": None}
