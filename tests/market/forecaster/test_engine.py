"""From asks and quotes to answers and rows: what is recorded, what shares no time, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecaster import engine as module
from market.forecaster.answering import answer as answer_of
from market.forecaster.engine import IDLE_SECONDS, Batch, Engine
from market.models.forecast_record import Outcome, ShownForecast, Unscored
from tests.market.forecaster.scenes import LIVE, NOW, D, ask, engine_of, learned, quote, quote_text, ready


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def record(engine: Engine, batch: Batch, first: int = 1) -> list[int]:
    """What the database does: these numbers from the first on."""
    for number, row in enumerate(batch.rows, first):
        row.number = number
    engine.recorded(batch)
    return [row.number for row in batch.rows]


def why(engine: Engine, feed: str = LIVE, now: float = NOW, **more: Any) -> set[str]:
    [answer] = engine.answer([ask(**more)], feed, now, kept=True).answers
    assert answer is not None
    return {point.get("unavailable", "a number") for point in answer["points"]}


def test_each_number_that_will_be_shown_is_a_row_and_waits() -> None:
    engine = engine_of("AAPL", "KO")
    batch = engine.answer([ask("99.5"), ask("101", "sell", "KO", is_stop=True)], LIVE, NOW, kept=True)

    assert len(batch.answers) == 2
    assert [(row.symbol, row.minutes) for row in batch.rows] == [
        (symbol, minutes) for symbol in ("AAPL", "KO") for minutes in (5, 15, 60)
    ]
    [first, *_] = batch.rows
    [answer, _] = batch.answers
    assert answer is not None
    told = [answer["points"][0][name] for name in ("touch", "trade_through")]  # type: ignore[literal-required]
    assert [(row["probability"], row["low"], row["high"]) for row in told] == [
        (first.touch / 1000, first.touch_low / 1000, first.touch_high / 1000),
        (first.through / 1000, first.through_low / 1000, first.through_high / 1000),
    ]
    assert (first.at, first.ends_at) == (moment(NOW), moment(NOW) + timedelta(minutes=5))
    assert (first.price, first.is_up, first.is_stop) == (D("99.5"), False, False)
    assert (first.outcome, first.unscored, first.liveliness) == (None, "", learned().liveliness)
    assert [row.climate for row in batch.rows[:3]] == [
        each.climate for each in answer_of(learned(), ask("99.5"), quote(), NOW)[1]
    ]
    last = batch.rows[-1]
    assert (last.price, last.is_up, last.is_stop) == (D(101), False, True)
    assert [len(market.pending) for market in engine.markets.values()] == [3, 3]


def test_what_is_asked_for_its_order_alone_is_not_recorded() -> None:
    engine = engine_of()
    batch = engine.answer([ask("99.5")], LIVE, NOW, kept=False)
    assert batch.answers[0] is not None
    assert (batch.rows, batch.waiting, len(engine.markets["AAPL"].pending)) == ([], [], 0)
    # Nor does it take the place of one that shares no time with others.
    assert all(row.is_apart for row in engine.answer([ask("99.5")], LIVE, NOW, kept=True).rows)


def test_what_has_not_changed_visibly_is_answered_with_none_and_not_recorded() -> None:
    engine = engine_of()
    [first] = engine.answer([ask("99.5")], LIVE, NOW, kept=True).answers
    assert first is not None
    again = engine.answer([replace(ask("99.5"), shown=first["shown"]), ask("99.5")], LIVE, NOW, kept=True)
    assert again.answers[0] is None
    assert again.answers[1] is not None
    assert len(again.rows) == 3

    [refused] = engine.answer([ask()], "down", NOW, kept=True).answers
    assert refused is not None
    assert engine.answer([replace(ask(), shown=refused["shown"])], "down", NOW, kept=True).answers == [None]


def test_where_there_is_no_number_the_reason_is_told_and_nothing_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of()
    assert why(engine) == {"a number"}
    assert why(engine, "stale") == {"The price feed is stale."}
    assert why(engine, now=NOW + 240) == {"The price is 4 min old."}
    engine.hear("AAPL", quote_text(bid="101"), NOW)
    assert why(engine) == {"The market is crossed: its bid is above its ask."}
    monkeypatch.setattr(module, "MOST_SYMBOLS", 2)
    assert engine.follow("KO", NOW) is not None
    assert why(engine, symbol="KO") == {"The forecast is being prepared."}
    assert engine.follow("XOM", NOW) is None
    assert why(engine, symbol="XOM") == {"Too many symbols are asked for."}
    assert engine.follow("KO", NOW) is engine.markets["KO"], "those that are followed stay so"
    assert engine.answer([ask()], "down", NOW, kept=True).rows == []


def test_outcomes_count_from_the_quote_that_the_forecast_was_made_at_until_its_end() -> None:
    engine = engine_of()
    engine.hear("AAPL", quote_text(ask="90", bid="89", last="90"), NOW)
    engine.hear("AAPL", quote_text(), NOW)
    numbers = record(engine, engine.answer([ask("99.99")], LIVE, NOW, kept=True))
    assert engine.look(LIVE, NOW + 299) == []
    assert engine.results.touches == {}
    engine.hear("AAPL", quote_text(ask="99.99"), NOW + 299)
    engine.hear("AAPL", quote_text(NOW + 300, ask="90", bid="89"), NOW + 300)
    engine.look(LIVE, NOW + 300)
    assert engine.results.touches == {numbers[0]: Outcome.TOUCHED}
    engine.hear("AAPL", quote_text(NOW + 900), NOW + 900)
    engine.look(LIVE, NOW + 901)
    assert engine.results.touches == {numbers[0]: Outcome.TOUCHED, numbers[1]: Outcome.TRADED_THROUGH}


def test_the_quote_that_a_forecast_was_made_at_counts_for_its_outcome() -> None:
    engine = engine_of()
    numbers = record(engine, engine.answer([ask("100.01")], LIVE, NOW, kept=True))
    engine.hear("AAPL", quote_text(NOW + 300, bid="110", ask="111", last="110"), NOW + 300)
    engine.look(LIVE, NOW + 300)
    assert engine.results.touches == {numbers[0]: Outcome.TRADED_THROUGH}


def test_the_same_number_is_stored_once_until_the_market_moves() -> None:
    engine = engine_of()
    first = engine.answer([ask("99.5"), ask("99.5")], LIVE, NOW, kept=True)
    assert len(first.rows) == 6, "it is not in the record before that says so"
    record(engine, first)
    again = engine.answer([ask("99.5"), ask("99.6"), ask("99.5", minutes=(30,))], LIVE, NOW + 1, kept=True)
    assert all(answer is not None for answer in again.answers)
    assert [(row.price, row.minutes) for row in again.rows] == [
        (D("99.6"), 5),
        (D("99.6"), 15),
        (D("99.6"), 60),
        (D("99.5"), 30),
    ]
    engine.hear("AAPL", quote_text(last="100.01"), NOW + 2)
    engine.recorded(again)
    assert len(engine.answer([ask("99.5"), ask("99.6")], LIVE, NOW + 2, kept=True).rows) == 6


def test_a_quote_of_a_symbol_that_is_not_followed_is_not_heard() -> None:
    engine = engine_of()
    engine.hear("KO", quote_text(symbol="KO"), NOW)
    assert engine.markets.keys() == {"AAPL"}


def test_what_is_being_recorded_is_neither_lost_nor_reported_early() -> None:
    engine = engine_of()
    batch = engine.answer([ask("99.5", minutes=(5,))], LIVE, NOW, kept=True)
    engine.hear("AAPL", quote_text(NOW + 300), NOW + 300)
    engine.look(LIVE, NOW + 300)
    assert engine.results.touches == {}
    [number] = record(engine, batch, first=9)
    engine.look(LIVE, NOW + 301)
    assert engine.results.touches == {number: Outcome.MISSED}


def test_what_could_not_be_recorded_is_gone_and_takes_no_place() -> None:
    engine = engine_of("AAPL", "KO")
    kept = engine.answer([ask("99.5")], LIVE, NOW, kept=True)
    record(engine, kept)
    lost = engine.answer([ask("99.4"), ask("99.5", symbol="KO")], LIVE, NOW + 1, kept=True)
    assert [row.is_apart for row in lost.rows] == [False] * 3 + [True] * 3
    engine.failed(lost)
    assert [len(market.pending) for market in engine.markets.values()] == [3, 0]

    again = engine.answer([ask("99.4"), ask("99.5", symbol="KO")], LIVE, NOW + 1, kept=True)
    assert [row.is_apart for row in again.rows] == [False] * 3 + [True] * 3


@pytest.mark.parametrize(
    ("feed", "seconds", "reason"), [("stale", 1, Unscored.FEED), ("down", 1, Unscored.FEED), (LIVE, 1_261, "closed")]
)
def test_an_interruption_and_a_market_that_closed_leave_what_waits_unscored(
    feed: str, seconds: float, reason: str
) -> None:
    engine = engine_of()
    numbers = record(engine, engine.answer([ask("99.5", minutes=(30, 60))], LIVE, NOW, kept=True))
    engine.look(feed, NOW + seconds)
    assert engine.results.touches == dict.fromkeys(numbers, Unscored(reason))


def test_results_of_all_symbols_are_collected_until_they_are_noted() -> None:
    engine = engine_of("AAPL", "KO")
    numbers = record(engine, engine.answer([ask("99.5"), ask("99.5", symbol="KO")], LIVE, NOW, kept=True))
    for seconds in (300, 900):
        for symbol in engine.markets:
            engine.hear(symbol, quote_text(NOW + seconds, symbol), NOW + seconds)
        engine.look(LIVE, NOW + seconds)
    engine.look("down", NOW + 901)
    missed, given_up = [0, 1, 3, 4], [2, 5]
    assert engine.results.touches == dict.fromkeys(
        (numbers[place] for place in missed), Outcome.MISSED
    ) | dict.fromkeys((numbers[place] for place in given_up), Unscored.FEED)


def test_a_symbol_that_nobody_asks_for_is_left_once_nothing_waits() -> None:
    engine = engine_of("AAPL", "KO")
    record(engine, engine.answer([ask("99.5", symbol="KO", minutes=(60,))], LIVE, NOW, kept=True))
    assert engine.look(LIVE, NOW + IDLE_SECONDS) == []
    assert engine.look(LIVE, NOW + IDLE_SECONDS + 1) == ["AAPL"]
    assert engine.markets.keys() == {"KO"}
    engine.follow("KO", NOW + 3_000)
    assert engine.look("down", NOW + 3_600) == []
    assert engine.look("down", NOW + 3_000 + IDLE_SECONDS + 1) == ["KO"]


def test_after_a_restart_the_newest_of_those_that_share_no_time_is_waited_for() -> None:
    engine = engine_of(apart={("AAPL", 5): moment(NOW + 60), ("AAPL", 15): moment(NOW)})
    rows = engine.answer([ask("99.5")], LIVE, NOW, kept=True).rows
    assert [row.is_apart for row in rows] == [False, True, True]


def test_what_is_certain_already_is_no_test_of_a_forecast_and_takes_no_place() -> None:
    engine = engine_of()
    rows = engine.answer([ask("100.01"), ask("99.5")], LIVE, NOW, kept=True).rows
    assert [(row.touch, row.is_apart) for row in rows[:3]] == [(1000, False)] * 3
    assert all(row.is_apart for row in rows[3:])


def place(row: ShownForecast) -> tuple[str, int]:
    return row.symbol, row.minutes


asked = st.tuples(
    st.integers(0, 20).map(lambda minutes: minutes * 20.0),
    st.sampled_from(["AAPL", "KO"]),
    st.sampled_from(["99.5", "99.9", "100.01"]),
    st.lists(st.sampled_from([1, 5, 7]), min_size=1, max_size=3).map(tuple),
    st.booleans(),
)


@given(st.lists(asked, max_size=25))
def test_those_that_are_apart_share_no_time_and_none_is_certain(asks: list[Any]) -> None:
    engine, apart = engine_of("AAPL", "KO"), list[ShownForecast]()
    now = NOW
    for wait, symbol, price, minutes, is_recorded in asks:
        now += wait
        for market in engine.markets.values():
            ready(market, now)
        batch = engine.answer([ask(price, symbol=symbol, minutes=minutes)], LIVE, now, kept=True)
        engine.recorded(batch) if is_recorded else engine.failed(batch)
        # As many as can be: a row is not apart only where another one goes on, or it is certain.
        for row in batch.rows:
            others = [each for each in (*apart, *batch.rows) if each.is_apart and place(each) == place(row)]
            assert row.is_apart or row.touch == 1000 or any(each.ends_at > row.at for each in others)
        apart += [row for row in batch.rows if row.is_apart and is_recorded]
    for row in apart:
        assert row.touch < 1000
        for other in apart:
            if row is not other and place(row) == place(other):
                assert row.ends_at <= other.at or other.ends_at <= row.at
