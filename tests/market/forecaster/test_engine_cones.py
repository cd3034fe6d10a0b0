"""Cones of the engine: recorded once a bar and tick, refused with a reason, and scored by the price at their end."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from market.forecaster.cones import ConeBatch
from market.forecaster.engine import Engine
from market.models.forecast_record import Unscored
from tests.market.forecaster.scenes import LIVE, NOW, D, ask, bars, engine_of, learned, quote_text, ready, text_of
from tests.market.forecaster.test_cones import KNOWN, minutes_of
from tests.market.forecaster.test_engine import moment, record

CENT = D("0.01")


def cone(engine: Engine, symbol: str = "AAPL", now: float = NOW + 3, feed: str = LIVE, tick: str = "0.01") -> ConeBatch:
    return engine.cone(symbol, D(tick), feed, now)


def shown(engine: Engine, symbol: str = "AAPL", first: int = 1) -> ConeBatch:
    """A cone that has been recorded with the numbers from `first` on, and told."""
    batch = cone(engine, symbol)
    record(engine, batch, first)  # type: ignore[arg-type]
    market = engine.markets[symbol]
    market.cone_shown = market.through, CENT, batch.answer
    return batch


def why(engine: Engine, **more: Any) -> str:
    batch = cone(engine, **more)
    assert (batch.rows, batch.waiting) == ([], [])
    assert batch.answer == {
        "symbol": more.get("symbol", "AAPL"),
        "unavailable": batch.answer["unavailable"],
        "ready_in_minutes": None,
    }
    return str(batch.answer["unavailable"])


def hear(engine: Engine, seconds: float, symbol: str = "AAPL", **prices: Any) -> None:
    """A quote comes so many seconds after NOW, and what it decides is settled."""
    engine.hear(symbol, quote_text(NOW + seconds, symbol, **prices), NOW + seconds)
    engine.look(LIVE, NOW + seconds)


def waiting(engine: Engine) -> list[int]:
    return [len(market.cones) for market in engine.markets.values()]


def test_each_horizon_that_will_be_shown_is_a_row_and_waits_for_its_price() -> None:
    engine = engine_of("AAPL", "KO")
    batch = cone(engine, "KO")
    assert [(row.symbol, row.minutes) for row in batch.rows] == [("KO", minutes) for minutes in KNOWN]
    assert batch.answer["symbol"] == "KO"
    assert waiting(engine) == [0, 5]
    assert [len(market.pending) for market in engine.markets.values()] == [0, 0]


def test_the_cone_of_a_bar_that_was_shown_is_told_again_and_recorded_no_second_time() -> None:
    engine = engine_of()
    first = shown(engine)
    again = cone(engine, now=NOW + 30)
    assert (again.answer, again.rows, again.waiting) == (first.answer, [], [])
    assert waiting(engine) == [5]

    later = cone(engine, now=NOW + 60)
    assert (minutes_of(later), later.rows) == (minutes_of(first)[1:], []), "a minute has passed"
    assert later.answer["as_of"] == first.answer["as_of"]
    assert cone(engine, now=NOW + 30).answer == first.answer


async def test_another_bar_or_another_tick_has_a_cone_of_its_own() -> None:
    engine = engine_of()
    market = ready(engine.markets["AAPL"], model=deepcopy(learned()))
    first = shown(engine)
    coarse = cone(engine, tick="0.5")
    assert len(coarse.rows) == 5
    assert {D(level["low"]) % D("0.5") for level in coarse.answer["bands"][0]["levels"]} == {0}
    assert cone(engine, tick="0.010").answer == first.answer, "the same tick"

    await market.learn([text_of(bars()[-1]._replace(time=int(NOW)))], NOW + 63)
    newer = cone(engine, now=NOW + 63)
    assert len(newer.rows) == 5
    assert (first.answer["from"], newer.answer["from"]) == (NOW, NOW + 60)


def test_where_there_can_be_no_cone_the_reason_is_told_and_nothing_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of()
    assert why(engine, symbol="KO") == "Too many symbols are asked for."
    assert why(engine, feed="down") == "The price feed is down."
    assert why(engine, now=NOW + 240) == "The price is 4 min old."
    market = engine.follow("KO", NOW)
    assert market is not None
    assert why(engine, symbol="KO") == "The forecast is being prepared."
    market.has_bars.set()
    assert why(engine, symbol="KO") == "There is no price."
    engine.hear("KO", quote_text(symbol="KO"), NOW)
    assert why(engine, symbol="KO") == "There is no complete bar yet."
    engine.hear("KO", quote_text(symbol="KO", bid="101"), NOW)
    assert why(engine, symbol="KO") == "The market is crossed: its bid is above its ask."
    assert waiting(engine) == [0, 0]


def test_a_cone_that_was_shown_is_not_told_while_prices_are_missing() -> None:
    engine = engine_of()
    shown(engine)
    assert why(engine, feed="stale") == "The price feed is stale."
    assert why(engine, now=NOW + 181) == "The price is 3 min old."


def test_before_any_horizon_is_ready_there_are_reasons_and_no_row() -> None:
    engine = engine_of()
    ready(engine.markets["AAPL"], model=learned(40))
    batch = cone(engine, now=bars()[39].time + 60.0)
    assert {"unavailable" in band for band in batch.answer["bands"]} == {True}
    assert (len(batch.answer["bands"]), batch.rows, waiting(engine)) == (7, [], [0])


def test_the_price_at_the_end_of_its_time_is_what_came() -> None:
    engine = engine_of()
    shown(engine)
    hear(engine, 30, last="101")
    hear(engine, 59.9, last="101.5")
    engine.look(LIVE, NOW + 59.99)
    assert engine.results.cones == {}
    hear(engine, 60, last="150")
    assert engine.results.cones == {1: D("101.5")}
    hear(engine, 299, last="99")
    hear(engine, 301, last="98")
    engine.look(LIVE, NOW + 302)
    assert engine.results.cones == {1: D("101.5"), 2: D(99)}
    assert engine.results.touches == {}
    assert waiting(engine) == [3]


@pytest.mark.parametrize(
    ("prices", "price"),
    [
        ({"bid": "99", "ask": "103", "last": "100"}, D(100)),
        ({"bid": "99", "ask": "103", "last": None}, D(101)),
        ({"bid": "99", "ask": "99.01", "last": None}, D("99.005")),
        ({"bid": None, "ask": None, "last": "100"}, D(100)),
        ({"bid": "99", "ask": None, "last": None}, Unscored.FEED),
        ({"bid": None, "ask": "103", "last": None}, Unscored.FEED),
        ({"bid": None, "ask": None, "last": None}, Unscored.FEED),
    ],
)
def test_that_is_the_last_trade_s_price_else_the_middle_of_the_book_and_missing_where_that_lost_a_side(
    prices: dict[str, Any], price: Any
) -> None:
    engine = engine_of()
    shown(engine)
    hear(engine, 30, **prices)
    hear(engine, 61)
    assert engine.results.cones == {1: price}


def test_each_symbol_has_its_own_price() -> None:
    engine = engine_of("AAPL", "KO")
    shown(engine)
    shown(engine, "KO", first=6)
    hear(engine, 59, "KO", last="50")
    hear(engine, 59, last="100.5")
    for symbol in engine.markets:
        hear(engine, 60, symbol, last="1")
    assert engine.results.cones == {1: D("100.5"), 6: D(50)}


def test_what_ends_while_it_is_being_recorded_is_told_with_its_number_and_the_price_of_its_end() -> None:
    engine = engine_of()
    batch = cone(engine)
    hear(engine, 59, last="101")
    hear(engine, 61, last="105")
    engine.look(LIVE, NOW + 62)
    assert engine.results.cones == {}
    record(engine, batch, first=7)  # type: ignore[arg-type]
    engine.look(LIVE, NOW + 63)
    assert engine.results.cones == {7: D(101)}


@pytest.mark.parametrize(("feed", "seconds", "reason"), [("down", 4, Unscored.FEED), (LIVE, 1_261, Unscored.CLOSED)])
def test_an_interruption_and_a_market_that_closed_leave_what_waits_unscored(
    feed: str, seconds: float, reason: Unscored
) -> None:
    engine = engine_of()
    shown(engine)
    engine.look(feed, NOW + seconds)
    assert {number: price for number, price in engine.results.cones.items() if number > 3} == {4: reason, 5: reason}
    assert not any(waiting(engine))
    engine.hear("AAPL", quote_text(NOW + 3_599), NOW + 3_599)
    engine.hear("AAPL", quote_text(NOW + 3_601), NOW + 3_601)
    assert engine.results.cones[5] == reason


def test_a_symbol_whose_cones_wait_is_followed_until_the_last_has_its_price() -> None:
    engine = engine_of()
    shown(engine)
    for minutes in range(1, 60):
        engine.hear("AAPL", quote_text(NOW + minutes * 60), NOW + minutes * 60)
        assert engine.look(LIVE, NOW + minutes * 60) == []
    engine.hear("AAPL", quote_text(NOW + 3_601, last="102"), NOW + 3_601)
    assert engine.look(LIVE, NOW + 3_602) == ["AAPL"]
    assert engine.results.cones.keys() == {1, 2, 3, 4, 5}


def test_what_could_not_be_recorded_is_gone_and_takes_no_place() -> None:
    engine = engine_of("AAPL", "KO")
    kept = shown(engine)
    lost = cone(engine, "KO")
    assert [row.is_apart for row in (*kept.rows, *lost.rows)] == [True] * 10
    engine.failed(lost)
    assert waiting(engine) == [5, 0]
    again = cone(engine, "KO")
    assert [row.is_apart for row in again.rows] == [True] * 5
    assert [row.is_apart for row in cone(engine, tick="0.5").rows] == [False] * 5
    record(engine, again, first=6)  # type: ignore[arg-type]
    hear(engine, 59, "KO", last="97")
    hear(engine, 61, "KO")
    assert engine.results.cones == {6: D(97)}


def test_of_two_cones_the_one_that_could_not_be_recorded_leaves_the_other_and_its_time() -> None:
    engine = engine_of()
    shown(engine)
    lost = cone(engine, tick="0.5")
    engine.failed(lost)
    assert waiting(engine) == [5]
    assert [row.is_apart for row in cone(engine, tick="0.5").rows] == [False] * 5
    hear(engine, 61)
    assert engine.results.cones == {1: D(100)}


def test_touches_and_cones_take_no_place_from_each_other() -> None:
    """Also where they end at the same time."""
    asks = [ask("99.5", minutes=(5, 15))]
    engine = engine_of()
    touches, cones = engine.answer(asks, LIVE, NOW, kept=True), cone(engine)
    assert [row.is_apart for row in (*touches.rows, *cones.rows)] == [True] * 7
    engine.failed(cones)
    assert (len(engine.markets["AAPL"].pending), waiting(engine)) == (2, [0])
    assert [row.is_apart for row in engine.answer(asks, LIVE, NOW, kept=True).rows] == [False] * 2

    engine = engine_of()
    cone(engine)
    engine.failed(engine.answer(asks, LIVE, NOW, kept=True))
    assert (len(engine.markets["AAPL"].pending), waiting(engine)) == (0, [5])
    assert [row.is_apart for row in cone(engine).rows] == [False] * 5
    assert [row.is_apart for row in engine.answer(asks, LIVE, NOW, kept=True).rows] == [True] * 2


def test_after_a_restart_the_newest_cones_that_share_no_time_are_waited_for() -> None:
    engine = engine_of(cones_apart={("AAPL", 5): moment(NOW + 60), ("AAPL", 15): moment(NOW)})
    assert [row.is_apart for row in cone(engine).rows] == [True, False, True, True, True]
    assert (
        engine_of(cones_apart={("AAPL", 5): moment(NOW + 60)})
        .answer([ask("99.5", minutes=(5,))], LIVE, NOW, kept=True)
        .rows[0]
        .is_apart
    )
