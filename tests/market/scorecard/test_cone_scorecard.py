"""The cone's scorecard is what anybody gets who computes it from the record's rows, one by one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from market.forecast.sequence import ConfidenceSequence
from market.forecaster import record
from market.forecaster.results import Results
from market.models import ForecastCounter, ShownCone
from market.scorecard.readings import CONES, Readings, cone_readings
from market.scorecard.reliability import wilson
from market.scorecard.touch_scorecard import scorecard
from tests.market.scorecard.records import (
    cone,
    drawn_cones,
    keep,
    keep_cones,
    shown,
    unread,  # noqa: F401 – a fixture
    unscored_cone,
    waiting_cone,
)

pytestmark = pytest.mark.django_db

Row = ShownCone
near = pytest.approx


def is_open(row: Row) -> bool:
    return row.price is None and not row.unscored


def bounds(row: Row, level: int) -> tuple[Decimal, Decimal]:
    return getattr(row, f"low_{level}"), getattr(row, f"high_{level}")


def is_inside(row: Row, level: int) -> bool:
    low, high = bounds(row, level)
    assert row.price is not None
    return low <= row.price <= high


def by_hand(rows: list[Row]) -> dict[str, Any]:
    """The figures of scored rows that each part has."""
    levels = []
    for level in (80, 95):
        missed = [(row.price < bounds(row, level)[0], row.price > bounds(row, level)[1]) for row in rows]  # type: ignore[operator]
        widths = [float((bounds(row, level)[1] - bounds(row, level)[0]) / row.close) for row in rows]
        count = len(rows)
        levels.append(
            {
                "level": level / 100,
                "inside": near(sum(is_inside(row, level) for row in rows) / count),
                "below": near(sum(below for below, _ in missed) / count),
                "above": near(sum(above for _, above in missed) / count),
                "width": near(sum(widths) / count, abs=1e-9),
            }
        )
    return {"count": len(rows), "levels": levels}


def scores_by_hand(rows: list[Row]) -> dict[str, Any]:
    """The same with what is apart; rows are in order, some not scored."""
    found = by_hand([row for row in rows if row.price is not None])
    apart: list[Row] = []
    for cell in {(row.symbol, row.minutes) for row in rows}:
        for row in rows:
            if row.is_apart and (row.symbol, row.minutes) == cell:
                if is_open(row):
                    break
                if row.price is not None:
                    apart.append(row)
    for level, told in zip((80, 95), found["levels"], strict=True):
        sequence = ConfidenceSequence()
        for row in apart:
            sequence.add(is_inside(row, level) - level / 100)
        inside = sum(is_inside(row, level) for row in apart) / len(apart)
        low, high = wilson(inside, len(apart))
        told |= {
            "inside_apart": near(inside),
            "apart_low": near(low),
            "apart_high": near(high),
            "low": near(max(0, level / 100 + sequence.low)),
            "high": near(min(1, level / 100 + sequence.high)),
        }
    return {"count": found["count"], "apart": len(apart), "levels": found["levels"]}


def check(card: dict[str, Any], rows: list[Row]) -> None:
    """Every figure of the card, from its rows."""
    scored = [row for row in rows if row.price is not None]
    assert (card["waiting"], card["scored"]) == (sum(map(is_open, rows)), len(scored))
    assert card["unscored"] == {
        reason: sum(row.unscored == reason for row in rows) for reason in ("restart", "feed", "closed")
    }
    assert card["overall"] == scores_by_hand(rows)
    assert card["by_minutes"] == [
        {"minutes": each} | scores_by_hand([row for row in rows if row.minutes == each])
        for each in sorted({row.minutes for row in scored})
    ]
    assert card["by_symbol"] == [
        {"symbol": symbol, "minutes": minutes}
        | scores_by_hand([row for row in rows if (row.minutes, row.symbol) == (minutes, symbol)])
        for minutes, symbol in sorted({(row.minutes, row.symbol) for row in scored})
    ]
    for number, told in enumerate(card["by_quarter"]):
        inside = [row for row in scored if row.at.hour // 6 == number]
        assert told == {"from": 6 * number, "to": 6 * number + 6} | (by_hand(inside) if inside else NOTHING)
    for told in card["by_liveliness"]:
        inside = [row for row in scored if told["from"] <= int(row.liveliness * 100) / 100 < told["to"] - 1e-9]
        names = {name: told[name] for name in ("name", "from", "to")}
        assert told == names | by_hand(inside)
    assert sum(told["count"] for told in card["by_liveliness"]) == len(scored)


EMPTY = dict.fromkeys(("inside", "below", "above", "width"))
NOTHING = {"count": 0, "levels": [{"level": 0.8} | EMPTY, {"level": 0.95} | EMPTY]}


@pytest.mark.both_databases
def test_every_figure_is_what_the_rows_say() -> None:
    rows = keep_cones(drawn_cones(1200, open_from=1000))

    card = scorecard()["cone"]

    check(card, rows)
    assert (card["head"], card["stored"], card["holes"]) == (1200, 1200, {"count": 0, "ranges": []})
    assert card["settled_to"] == next(row.number for row in rows if is_open(row)) - 1
    assert card["since"] == f"{min(row.at for row in rows):%Y-%m-%dT%H:%M:00Z}"
    assert any(row.price in bounds(row, 80) for row in rows)
    json.dumps(card)


def test_of_one_symbol_or_some_minutes_all_figures_are_of_those_alone() -> None:
    rows = keep_cones(drawn_cones(900, open_from=700))

    check(scorecard("AAPL")["cone"], [row for row in rows if row.symbol == "AAPL"])
    check(scorecard(minutes=1)["cone"], [row for row in rows if row.minutes == 1])
    check(scorecard("ETHUSD", 60)["cone"], [row for row in rows if (row.symbol, row.minutes) == ("ETHUSD", 60)])
    assert scorecard("ETHUSD", 60)["cone"]["head"] == 900


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("price", "within_80", "within_95", "missed"),
    [
        ("99", 1, 1, None),
        ("101", 1, 1, None),
        ("98.99999999", 0, 1, "below"),
        ("101.00000001", 0, 1, "above"),
        ("98", 0, 1, "below"),
        ("102", 0, 1, "above"),
        ("97.99999999", 0, 0, "below"),
        ("102.00000001", 0, 0, "above"),
        ("0", 0, 0, "below"),
    ],
)
def test_a_price_on_a_bound_is_within_and_one_a_hair_beyond_is_not(
    price: str, within_80: int, within_95: int, missed: str | None
) -> None:
    keep_cones([waiting_cone(1, is_apart=True)])
    record.settle(Results(cones={1: Decimal(price)}))

    levels = scorecard()["cone"]["overall"]["levels"]

    assert [told["inside"] for told in levels] == [within_80, within_95]
    assert [told["inside_apart"] for told in levels] == [within_80, within_95]
    for told in levels:
        assert (told["below"], told["above"]) == (
            float(missed == "below" and not told["inside"]),
            float(missed == "above" and not told["inside"]),
        )


@pytest.mark.both_databases
@pytest.mark.parametrize("price", ["0.1", "0.30000001", "91007.58", "0.00000003", "123456789012345"])
def test_bounds_without_width_hold_the_price_that_they_are(price: str) -> None:
    names = ("close", "low_80", "high_80", "low_95", "high_95", "price")
    keep_cones([cone(1, **dict.fromkeys(names, Decimal(price)))])

    levels = scorecard()["cone"]["overall"]["levels"]

    assert [(told["inside"], told["width"]) for told in levels] == [(1, 0), (1, 0)]


@pytest.mark.both_databases
def test_a_price_that_rounds_to_nothing_has_no_width() -> None:
    keep_cones([cone(1, close=Decimal(0))])

    assert scorecard()["cone"]["overall"]["levels"][0]["width"] == 0


@pytest.mark.both_databases
def test_what_is_read_little_by_little_is_what_is_read_at_once() -> None:
    rows = list(drawn_cones(600, open_from=200))
    outcomes = {row.number: (row.price, row.unscored) for row in drawn_cones(600)}
    keep_cones(rows[:210])
    own = Readings(CONES)
    own.newest()
    for until in (250, 420, 421, 600):
        ShownCone.objects.bulk_create(rows[ShownCone.objects.count() : until])
        ForecastCounter.objects.filter(pk=2).update(head=until)
        for row in ShownCone.objects.filter(number__lte=until - 60, price=None, unscored=""):
            row.price, row.unscored = outcomes[row.number]
            row.save(update_fields=["price", "unscored"])
        own._kept_until = 0
        grown = own.newest()
    cone_readings._reading, cone_readings._kept_until = grown, float("inf")

    assert grown.settled_to > 500
    check(scorecard()["cone"], list(ShownCone.objects.order_by("number")))


def test_the_two_records_have_their_own_numbers_and_holes() -> None:
    keep([shown(1), shown(2)])
    keep_cones([cone(1), cone(4, symbol="BTCUSD", minutes=240)], head=5)

    card = scorecard()

    assert (card["head"], card["holes"]["count"]) == (2, 0)
    assert (card["cone"]["head"], card["cone"]["holes"]) == (5, {"count": 3, "ranges": [[2, 3], [5, 5]]})
    assert (card["symbols"], card["horizons"]) == (["AAPL", "BTCUSD"], [5, 240])


def test_without_cones_there_is_an_empty_part() -> None:
    card = scorecard()["cone"]

    assert (card["head"], card["since"], card["scored"], card["by_minutes"], card["by_symbol"]) == (0, None, 0, [], [])
    assert (card["overall"]["count"], card["overall"]["apart"]) == (0, 0)
    assert {value for told in card["overall"]["levels"] for name, value in told.items() if name != "level"} == {None}


def test_what_is_not_scored_counts_for_nothing_but_its_reason() -> None:
    keep_cones([cone(1, is_apart=True), unscored_cone(2, "feed", is_apart=True), waiting_cone(3, is_apart=True)])
    card = scorecard()["cone"]

    assert (card["unscored"], card["waiting"]) == ({"restart": 0, "feed": 1, "closed": 0}, 1)
    assert (card["overall"]["count"], card["overall"]["apart"]) == (1, 1)
