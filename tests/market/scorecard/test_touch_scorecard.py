"""The scorecard is what anybody gets who computes it from the record's rows, one by one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from threading import Barrier, Thread
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from market.forecast import scores
from market.forecast.sequence import ConfidenceSequence
from market.models import ForecastCounter, ShownForecast
from market.scorecard import record_reading
from market.scorecard.readings import TOUCHES, Readings, readings
from market.scorecard.reliability import Z, wilson
from market.scorecard.touch_scorecard import scorecard
from tests.market.scorecard.records import BEGIN, drawn, keep, shown, unread, unscored, waiting  # noqa: F401 – a fixture

pytestmark = pytest.mark.django_db

Row = ShownForecast
near = pytest.approx


def happened(row: Row) -> int:
    return int(bool(row.outcome))


def is_open(row: Row) -> bool:
    return row.outcome is None and not row.unscored


def by_hand(rows: list[Row]) -> dict[str, Any]:
    """The scores of these rows, which are in order."""
    scored = [row for row in rows if row.outcome is not None]
    outcomes = [happened(row) for row in scored]
    said, climate = [row.touch / 1000 for row in scored], [row.climate / 1000 for row in scored]
    brier, reference = scores.brier(said, outcomes), scores.brier(climate, outcomes)
    sequence = ConfidenceSequence()
    for cell in {(row.symbol, row.minutes) for row in rows}:
        for row in rows:
            if row.is_apart and (row.symbol, row.minutes) == cell:
                if is_open(row):
                    break
                if row.outcome is not None:
                    o = happened(row)
                    sequence.add((row.climate / 1000 - o) ** 2 - (row.touch / 1000 - o) ** 2)
    return {
        "count": len(scored),
        "said": near(sum(said) / len(said)),
        "happened": near(sum(outcomes) / len(outcomes)),
        "brier": near(brier),
        "reference": near(reference),
        "skill": near(1 - brier / reference),
        "calibration_error": near(scores.calibration_error(said, outcomes), abs=1e-3),
        "apart": sequence.count,
        "gain": near(sequence.mean),
        "low": near(sequence.low),
        "high": near(sequence.high),
    }


def bins_by_hand(rows: list[Row]) -> list[dict[str, Any]]:
    found = []
    for number in range(20):
        inside = [row for row in rows if row.outcome is not None and min(row.touch // 50, 19) == number]
        if inside:
            windows = {(row.symbol, int(row.at.timestamp()) // (60 * row.minutes)) for row in inside}
            frequency = sum(map(happened, inside)) / len(inside)
            low, high = wilson(frequency, len(windows))
            found.append(
                {
                    "from": number / 20,
                    "to": (number + 1) / 20,
                    "count": len(inside),
                    "windows": len(windows),
                    "said": near(sum(row.touch for row in inside) / len(inside) / 1000),
                    "happened": near(frequency),
                    "low": near(low),
                    "high": near(high),
                }
            )
    return found


def check(card: dict[str, Any], rows: list[Row]) -> None:
    """Every figure of the card, from its rows."""
    scored = [row for row in rows if row.outcome is not None]
    assert card["waiting"] == sum(map(is_open, rows))
    assert card["scored"] == len(scored)
    assert card["unscored"] == {
        reason: sum(row.unscored == reason for row in rows) for reason in ("restart", "feed", "closed")
    }
    assert card["overall"] == by_hand(rows)
    horizons = sorted({row.minutes for row in scored})
    assert card["by_minutes"] == [
        {"minutes": each} | by_hand([row for row in rows if row.minutes == each]) for each in horizons
    ]
    cells = sorted({(row.minutes, row.symbol) for row in scored})
    assert card["by_symbol"] == [
        {"symbol": symbol, "minutes": minutes}
        | by_hand([row for row in rows if (row.minutes, row.symbol) == (minutes, symbol)])
        for minutes, symbol in cells
    ]
    for each, told in zip(horizons, card["reliability"], strict=True):
        inside = [row for row in scored if row.minutes == each]
        points = scores.reliability([row.touch / 1000 for row in inside], list(map(happened, inside)))
        assert told["minutes"] == each
        assert told["curve"] == [
            {"said": near(point.forecast), "happened": near(point.calibrated), "count": point.count} for point in points
        ]
        assert told["bins"] == bins_by_hand(inside)
    check_parts(card, scored)


def check_parts(card: dict[str, Any], scored: list[Row]) -> None:
    thirds: list[list[Row]] = [[], [], []]
    done = 0
    ordered = sorted(scored, key=lambda row: row.liveliness)
    for _, alike in groupby(ordered, key=lambda row: int(row.liveliness * 100)):
        together = list(alike)
        thirds[3 * done // len(scored)] += together
        done += len(together)
    names = ("count", "said", "happened", "skill")
    for told, third in zip(card["by_liveliness"], thirds, strict=True):
        assert {name: told[name] for name in names} == {name: by_hand(third)[name] for name in names}
        assert all(told["from"] - 1e-9 <= row.liveliness <= told["to"] + 1e-9 for row in third)
    assert [each["name"] for each in card["by_liveliness"]] == ["calm", "usual", "lively"]
    for number, told in enumerate(card["by_quarter"]):
        inside = [row for row in scored if row.at.hour // 6 == number]
        assert (told["from"], told["to"], told["count"]) == (6 * number, 6 * number + 6, len(inside))
        assert told["skill"] == (by_hand(inside)["skill"] if inside else None)


@pytest.mark.both_databases
def test_every_figure_is_what_the_rows_say() -> None:
    rows = keep(drawn(1500, open_from=1200))

    card = scorecard()

    check(card, rows)
    assert (card["head"], card["stored"], card["holes"]) == (1500, 1500, {"count": 0, "ranges": []})
    assert card["settled_to"] == next(row.number for row in rows if is_open(row)) - 1
    assert card["since"] == f"{min(row.at for row in rows):%Y-%m-%dT%H:%M:00Z}"
    assert card["overall"]["skill"] > 0
    json.dumps(card)


def test_of_one_symbol_or_some_minutes_all_figures_are_of_those_alone() -> None:
    rows = keep(drawn(900, open_from=700))

    check(scorecard("AAPL"), [row for row in rows if row.symbol == "AAPL"])
    check(scorecard(minutes=15), [row for row in rows if row.minutes == 15])
    check(scorecard("ETHUSD", 60), [row for row in rows if (row.symbol, row.minutes) == ("ETHUSD", 60)])
    card = scorecard("ETHUSD", 60)
    assert (card["symbol"], card["minutes"], card["head"], card["stored"]) == ("ETHUSD", 60, 900, 900)
    assert (card["symbols"], card["horizons"]) == (["AAPL", "BTCUSD", "ETHUSD"], [5, 15, 60])


@pytest.mark.both_databases
def test_what_is_read_little_by_little_is_what_is_read_at_once() -> None:
    rows = list(drawn(800, open_from=300))
    outcomes = {row.number: (row.outcome, row.unscored) for row in drawn(800)}
    keep(rows[:310])
    own = Readings(TOUCHES)
    own.newest()
    for until in (350, 420, 421, 700, 800):
        ShownForecast.objects.bulk_create(rows[len(ShownForecast.objects.all()) : until])
        ForecastCounter.objects.update(head=until)
        for row in ShownForecast.objects.filter(number__lte=until - 60, outcome=None, unscored=""):
            row.outcome, row.unscored = outcomes[row.number]
            row.save(update_fields=["outcome", "unscored"])
        own._kept_until = 0
        grown = own.newest()
    readings.forget()
    readings._reading = grown
    readings._kept_until = float("inf")

    assert grown.settled_to > 700
    check(scorecard(), list(ShownForecast.objects.order_by("number")))


def test_an_empty_record_has_an_empty_card() -> None:
    card = scorecard()

    assert (card["head"], card["stored"], card["since"], card["waiting"], card["scored"]) == (0, 0, None, 0, 0)
    assert card["overall"]["count"] == card["overall"]["apart"] == 0
    assert card["overall"]["skill"] is card["overall"]["low"] is None
    assert card["by_minutes"] == card["by_symbol"] == card["reliability"] == []
    assert [each["count"] for each in card["by_liveliness"]] == [0, 0, 0]


def test_before_any_forecast_has_come_due_there_is_nothing_but_what_waits() -> None:
    keep([waiting(1), waiting(2)])

    card = scorecard()

    assert (card["waiting"], card["scored"], card["settled_to"]) == (2, 0, 0)
    assert card["overall"]["brier"] is None


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("missing", "ranges"),
    [
        ({1, 2}, [[1, 2]]),
        ({40}, [[40, 40]]),
        ({99, 100}, [[99, 100]]),
        ({1, 30, 31, 32, 60, 100}, [[1, 1], [30, 32], [60, 60], [100, 100]]),
        ({2, 4, 6, 8, 10, 12, 100}, [[2, 2], [4, 4], [6, 6], [8, 8], [10, 10]]),
        (set(range(1, 101)), [[1, 100]]),
    ],
    ids=["beginning", "middle", "end", "several", "many", "all"],
)
def test_a_forecast_that_was_taken_out_is_seen_as_a_hole(missing: set[int], ranges: list[list[int]]) -> None:
    keep([shown(number) for number in range(1, 101) if number not in missing], head=100)

    assert scorecard()["holes"] == {"count": len(missing), "ranges": ranges}


def test_the_counter_of_another_record_makes_no_hole() -> None:
    keep([shown(1)])
    ForecastCounter.objects.create(pk=2, head=100)

    assert (scorecard()["head"], scorecard()["holes"]["count"]) == (1, 0)


def test_a_forecast_that_vanishes_after_it_was_counted_is_no_more_counted() -> None:
    keep([*(shown(number, outcome=number % 2) for number in range(1, 21)), waiting(21)])
    assert scorecard()["scored"] == 20
    ShownForecast.objects.filter(number=7).delete()
    readings._kept_until = 0

    card = scorecard()

    assert (card["scored"], card["holes"]) == (19, {"count": 1, "ranges": [[7, 7]]})


def test_what_is_not_scored_counts_for_nothing_but_its_reason() -> None:
    keep([shown(1, outcome=1, is_apart=True), unscored(2, "feed", is_apart=True), unscored(3, "closed")])

    card = scorecard()

    assert card["unscored"] == {"restart": 0, "feed": 1, "closed": 1}
    assert (card["scored"], card["overall"]["count"], card["overall"]["apart"]) == (1, 1, 1)


def test_bounds_end_before_the_first_that_has_not_come_due_of_its_symbol_and_minutes() -> None:
    keep(
        [
            shown(1, is_apart=True),
            waiting(2, is_apart=True, minutes=60),
            shown(3, is_apart=True),
            waiting(4, is_apart=True),
            shown(5, is_apart=True),
            waiting(6),
        ]
    )

    assert scorecard()["overall"]["apart"] == 2


def test_traded_through_is_touched() -> None:
    keep([shown(1, outcome=2), shown(2, outcome=1), shown(3, outcome=0), shown(4, outcome=0)])

    assert scorecard()["overall"]["happened"] == 0.5


def test_a_bin_that_saw_one_moment_a_thousand_times_is_as_unsure_as_after_one() -> None:
    at = BEGIN.replace(minute=0, second=0, microsecond=0)
    keep([shown(number, at=at + timedelta(milliseconds=number)) for number in range(1, 1001)])

    [reliability] = scorecard()["reliability"]

    [told] = reliability["bins"]
    assert (told["count"], told["windows"], told["low"]) == (1000, 1, 0)
    assert told["high"] == near(Z**2 / (1 + Z**2))


@pytest.mark.parametrize(("hits", "count", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611)])
def test_intervals_are_as_published(hits: int, count: int, low: float, high: float) -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
    assert wilson(hits / count, count) == (near(low, abs=5e-5), near(high, abs=5e-5))


def test_the_record_is_read_at_most_twice_a_minute(django_assert_num_queries: Any) -> None:
    keep([shown(1, outcome=1)])
    first = scorecard()
    with django_assert_num_queries(0):
        again = scorecard()
        scorecard("AAPL", 5)

    assert again | {"age": 0} == first | {"age": 0}
    assert 0 <= again["age"] < 30


def test_what_a_statement_reads_does_not_grow_with_the_record(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    keep([*(shown(number) for number in range(1, 301)), waiting(301)])
    scorecard()
    asked: list[tuple[int, int]] = []
    read = record_reading.read
    spied = replace(TOUCHES, read=lambda *numbers: asked.append(numbers) or read(*numbers))
    monkeypatch.setattr(readings, "_record", spied)
    readings._kept_until = 0
    captured: CaptureQueriesContext
    with django_assert_max_num_queries(5) as captured:
        scorecard()

    assert asked == [(300, 301)]
    assert len(captured) <= 5


def test_who_asks_while_the_record_is_read_gets_what_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Readings(TOUCHES)
    before = own.newest()
    own._kept_until = 0
    begun, ended = Barrier(2, timeout=60), Barrier(2, timeout=60)

    def slowly(self: Any, *numbers: Any) -> None:
        begun.wait()
        ended.wait()

    monkeypatch.setattr(Readings, "_read", slowly)
    reader = Thread(target=own.newest)
    reader.start()
    begun.wait()
    try:
        assert own.newest() is before
    finally:
        ended.wait()
        reader.join()
