"""One answer: where a touch is certain, what never contradicts itself, when there is no number, and what is new."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.forecast.curve import Touch
from market.forecast.model import Model
from market.forecast.touch import Direction, touches
from market.forecaster import answering
from market.forecaster.answering import Told, price_now, refusal, waiting
from market.forecaster.asks import Answer, Ask, Point
from market.money import Quote
from tests.market.forecaster.scenes import BARS, NOW, ask, bars, learned, quote
from tests.tables import failing

D = Decimal
DOWN, UP = Direction.DOWN, Direction.UP
QUOTE = quote(bid="99.99", ask="100.01", last="100")
CERTAIN = {"probability": 1.0, "low": 1.0, "high": 1.0}
PROBABILITIES = ("touch", "trade_through")

levels = st.integers(9_000, 11_000).map(lambda cents: str(D(cents) / 100))
near = st.integers(9_995, 10_005).map(lambda cents: str(D(cents) / 100))
sides = st.sampled_from(["buy", "sell"])


def answer(model: Model, asked: Ask, told: Quote, at: float) -> tuple[Answer, list[Told]]:
    """An answer that has something new."""
    found, rows = answering.answer(model, asked, told, at)
    assert found is not None
    return found, rows


def points(model: Model, price: str, side: str = "buy", told: Quote = QUOTE, **more: Any) -> list[Point]:
    return answer(model, ask(price, side, **more), told, NOW)[0]["points"]


@pytest.mark.parametrize(("direction", "book"), [(DOWN, "99"), (UP, "101")])
def test_the_way_begins_at_the_nearer_of_trade_and_book_and_for_a_stop_at_the_trade(
    direction: Direction, book: str
) -> None:
    crossed = quote(bid="101", ask="99", last="100")
    assert price_now(direction, crossed, is_stop=False) == D(book)
    assert price_now(direction, crossed, is_stop=True) == 100
    assert price_now(direction, quote(bid="101", ask="99", last=None), is_stop=False) == D(book)
    assert price_now(direction, quote(bid="101", ask="99", last=None), is_stop=True) is None
    assert price_now(direction, quote(bid=None, ask=None, last="100"), is_stop=False) == 100


def test_the_trade_counts_where_it_is_nearer_than_the_book() -> None:
    assert price_now(DOWN, quote("98", "101", "99"), is_stop=False) == 99
    assert price_now(UP, quote("98", "101", "100"), is_stop=False) == 100


@pytest.mark.parametrize("told", [Quote(), quote("0", "0", "0"), quote("-1", "-1", "-1"), quote("9", "9", None)])
def test_without_a_price_above_0_there_is_no_number(told: Quote) -> None:
    found, rows = answer(learned(), ask("99", is_stop=True), told, NOW)
    assert [point["unavailable"] for point in found["points"]] == ["There is no price."] * 3
    assert (rows, found["median_minutes"]) == ([], None)


@given(near, sides, st.booleans(), st.sampled_from([10, BARS]))
def test_a_touch_is_certain_exactly_where_the_market_is_already(
    price: str, side: str, is_stop: bool, count: int
) -> None:
    asked = ask(price, side, is_stop=is_stop)
    now = price_now(asked.direction, QUOTE, is_stop=is_stop)
    assert now is not None
    for point in points(learned(count), price, side, is_stop=is_stop):
        if touches(asked.direction, asked.through, now):
            assert point["touch"] == point["trade_through"] == CERTAIN
        elif count < BARS:
            assert "unavailable" in point
        else:
            is_there = touches(asked.direction, asked.price, now)
            assert (point["touch"] == CERTAIN) == is_there
            assert (point["touch"]["probability"] == 1) == is_there
            assert point["trade_through"]["probability"] < 1
            assert point["trade_through"]["low"] < 1


@given(levels, sides, st.booleans())
def test_the_interval_holds_the_probability_and_a_touch_is_likelier_than_a_trade_through(
    price: str, side: str, is_stop: bool
) -> None:
    for point in points(learned(), price, side, is_stop=is_stop):
        for name in PROBABILITIES:
            told = point[name]  # type: ignore[literal-required]
            assert 0 <= told["low"] <= told["probability"] <= told["high"] <= 1
            assert all(told[part] == round(told[part], 3) for part in told)
        assert all(point["trade_through"][part] <= point["touch"][part] for part in CERTAIN)  # type: ignore[literal-required]


@given(levels, levels, sides)
def test_more_time_is_never_less_likely_and_a_longer_way_never_likelier(one: str, other: str, side: str) -> None:
    minutes = (1, 2, 5, 12, 15, 59, 60)
    by_price = {price: points(learned(), price, side, minutes=minutes) for price in (one, other)}
    for found in by_price.values():
        for name in PROBABILITIES:
            for part in CERTAIN:
                course = [point[name][part] for point in found]  # type: ignore[literal-required]
                assert course == sorted(course)
    nearest, farthest = sorted((one, other), key=D, reverse=side == "buy")
    for close, far in zip(by_price[nearest], by_price[farthest], strict=True):
        assert all(far["touch"][part] <= close["touch"][part] for part in CERTAIN)  # type: ignore[literal-required]


def test_just_before_the_price_almost_certain_is_not_certain() -> None:
    """A way so short that every past window went it, told with less than 1."""
    asked = ask("99.99999999", tick="0.00000001", minutes=(60,))
    found, [row] = answer(learned(), asked, quote(None, None, "100"), NOW)
    assert (found["points"][0]["touch"]["probability"], row.touch[0], row.climate) == (0.999, 999, 999)
    assert answering._thousandths(Touch(0.9999, 0.9998, 1.0)) == (999, 999, 1000)


def test_how_long_it_takes_until_there_is_a_number_is_told_exactly_and_in_words() -> None:
    model, told = Model(), []
    for bar in bars()[:190]:
        told.append(points(model, "90", minutes=(5,))[0])
        model.take(bar)
    ready = 185
    assert [point.get("ready_in_minutes") for point in told[:ready]] == list(range(ready, 0, -1))
    assert all("touch" in point for point in told[ready:])
    assert told[0] == {"minutes": 5, "unavailable": "Needs 4 more hours of prices.", "ready_in_minutes": 185}
    assert told[ready - 1]["unavailable"] == "Needs 1 more minute of prices."
    assert told[ready - 2]["unavailable"] == "Needs 2 more minutes of prices."


@pytest.mark.parametrize(
    ("minutes", "words"), [(89, "89 more minutes"), (90, "2 more hours"), (120, "2 more hours"), (121, "3 more hours")]
)
def test_a_long_wait_is_told_in_hours_rounded_up(minutes: int, words: str) -> None:
    assert waiting(minutes) == f"Needs {words} of prices."


def test_horizons_that_are_ready_have_numbers_and_the_others_say_when() -> None:
    found, rows = answer(learned(), ask("99.9", minutes=(60, 240)), QUOTE, NOW)
    assert ["touch" in point for point in found["points"]] == [True, False]
    assert [row.minutes for row in rows] == [60]
    assert found["points"][1]["ready_in_minutes"] == learned().bars_missing(240)


def test_a_price_that_has_not_moved_yet_has_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    monkeypatch.setattr(model, "bars_missing", lambda minutes: 0)
    assert points(model, "99", minutes=(5,)) == [
        {"minutes": 5, "unavailable": "The price has not moved yet.", "ready_in_minutes": None}
    ]


def test_what_is_to_be_recorded_is_what_is_told_with_the_climate() -> None:
    found, rows = answer(learned(), ask("99.5"), QUOTE, NOW)
    assert len(rows) == 3
    for point, row in zip(found["points"], rows, strict=True):
        for name, told in (("touch", row.touch), ("trade_through", row.through)):
            probability = point[name]  # type: ignore[literal-required]
            assert told == tuple(round(probability[part] * 1000) for part in ("probability", "low", "high"))
        way = learned().climate(DOWN, -float((D("99.5") / D(100)).ln())).at(row.minutes)
        assert way is not None
        assert row.climate == round(way.probability * 1000)
        assert (point["matured"], point["independent"]) == learned().matured(row.minutes)
    assert all(row.through < row.touch for row in rows)


def test_it_tells_its_moment_and_when_a_touch_is_as_likely_as_not() -> None:
    found, _ = answer(learned(), ask("99.5", minutes=(5,)), QUOTE, NOW + 0.25)
    assert found["as_of"] == "2019-11-06T01:00:00.250000Z"
    median = found["median_minutes"]
    assert median is not None
    assert median == round(median, 1)
    [before, after] = points(learned(), "99.5", minutes=(int(median), int(median) + 1))
    assert before["touch"]["probability"] <= 0.5 <= after["touch"]["probability"]

    assert answer(learned(), ask("50"), QUOTE, NOW)[0]["median_minutes"] is None
    assert answer(learned(), ask("101"), QUOTE, NOW)[0]["median_minutes"] == 0
    # Without a number there is none of this either, though the next hour has one.
    assert answer(learned(), ask("99.5", minutes=(240,)), QUOTE, NOW)[0]["median_minutes"] is None


def test_no_price_is_below_its_tick() -> None:
    [point] = points(learned(), "0.01", minutes=(60,))
    assert point["trade_through"] == {"probability": 0.0, "low": 0.0, "high": 0.0}
    [point] = points(learned(), "0.01", minutes=(240,))
    assert point["ready_in_minutes"] == learned().bars_missing(240)


def again(found: Answer, **more: Any) -> tuple[Answer | None, list[Any]]:
    """The answer to the same ask with what is on screen."""
    return answering.answer(learned(), replace(ask("99.5"), shown=found["shown"], **more), QUOTE, NOW + 1)


def test_only_what_has_changed_visibly_is_told_again_and_recorded() -> None:
    first, _ = answer(learned(), ask("99.5"), QUOTE, NOW)
    assert again(first) == (None, [])

    moved = quote("99.50", "99.52", "99.51")
    second, rows = answer(learned(), replace(ask("99.5"), shown=first["shown"]), moved, NOW)
    assert [point["minutes"] for point in second["points"]] == [row.minutes for row in rows] == [5, 15, 60]

    # Of one point something else is on screen.
    parts = first["shown"].split("|")
    other, rows = again({**first, "shown": "|".join([parts[0], "99.5 15: 1 2 3 4", parts[2]])})
    assert other is not None
    assert [point["minutes"] for point in other["points"]] == [row.minutes for row in rows] == [15]
    assert other["shown"] == first["shown"]


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ((401, 602, 300), (404, 598, 302), False),
        # One point is noise, two are not, of any bound.
        ((401, 602, 300), (414, 612, 294), False),
        ((401, 602, 300), (421, 602, 300), True),
        ((401, 602, 300), (401, 622, 300), True),
        ((401, 602, 300), (401, 602, 320), True),
        # Where the scale begins and ends one is.
        ((12, 30, 300), (3, 30, 300), True),
        ((900, 985, 300), (900, 996, 300), True),
        ((900, 996, 300), (900, 999, 300), False),
    ],
)
def test_only_a_move_that_can_be_told_from_noise_is_visible(
    before: tuple[int, int, int], after: tuple[int, int, int], differs: bool
) -> None:
    one, other = (
        answering.Number(5, (500, low, high), (through, through, 600)) for low, high, through in (before, after)
    )
    assert other.differs(one.shown) is differs
    assert not one.differs(one.shown)
    assert one.differs("The price is 4 min old.")


def test_small_moves_add_up_until_they_are_shown() -> None:
    asked, shown = ask("99.5", minutes=(5,)), ""
    told = []
    for low in (400, 410, 419, 425, 430):
        number = answering.Number(5, (500, low, 600), (500, 400, 600))
        shown, changed = answering.visible(replace(asked, shown=shown), [number])
        told.append(bool(changed))
    assert told == [True, False, True, False, False]
    assert shown == "99.5 5: 42 60 40 60"


def test_another_price_is_told_anew_even_with_the_same_numbers() -> None:
    found, _ = answer(learned(), ask("120"), QUOTE, NOW)
    changed, rows = again(found, price=D(121))
    assert changed is not None
    assert len(changed["points"]) == len(rows) == 3


def test_a_reason_is_told_once() -> None:
    first = refusal(ask(), "The price is 4 min old.", NOW)
    assert [point["minutes"] for point in first["points"]] == [5, 15, 60]
    assert first["points"][0] == {"minutes": 5, "unavailable": "The price is 4 min old.", "ready_in_minutes": None}

    def check(why: str, count: int) -> None:
        found = refusal(replace(ask(), shown=first["shown"]), why, NOW)
        assert len(found["points"]) == count
        assert found["median_minutes"] is None

    assert failing([("The price is 4 min old.", 0), ("The price is 5 min old.", 3)], check) == []
