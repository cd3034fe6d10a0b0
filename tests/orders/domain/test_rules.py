"""What a valid order is: amounts that every store keeps exactly, readable text, the prices its type needs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from market.models import Instrument
from orders.domain import rules
from orders.domain.errors import ValidationFailed
from orders.domain.lifecycle import OrderType, TimeInForce
from tests.tables import failing

D = Decimal


def problems_of(check: str, *arguments: object) -> dict[str, list[str]]:
    """The messages a field that this check finds."""
    problems = rules.Problems()
    getattr(rules, check)(problems, *arguments)
    try:
        problems.check()
    except ValidationFailed as refused:
        return dict(refused.fields or {})  # type: ignore[arg-type]
    return {}


@pytest.mark.parametrize("number", ["0", "-1", "-0", "0.5", "NaN", "1E+999", "1E-999"])
def test_an_amount_is_a_positive_multiple_of_its_step(number: str) -> None:
    assert set(problems_of("check_amount", "quantity", D(number), D(1), "lot size")) == {"quantity"}


@pytest.mark.parametrize(("number", "step"), [("3", "1"), ("0.03", "0.01"), ("999999999999999", "0.00000001")])
def test_a_multiple_of_the_step_is_an_amount(number: str, step: str) -> None:
    assert problems_of("check_amount", "quantity", D(number), D(step), "lot size") == {}


def test_what_was_done_need_not_be_in_whole_steps() -> None:
    assert problems_of("check_positive", "last_qty", D("0.00000001")) == {}
    for number in ("0", "-1", "NaN", "1E+999", "0.000000001"):
        assert set(problems_of("check_positive", "last_qty", D(number))) == {"last_qty"}


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "a\nb",
        "a\x1bb",
        "a\x7fb",
        "a\x85b",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\u061cb",
        "a\ud800b",
        "a\u200bb",
        "a\uffffb",
        "a" + "\u0301" * 100,
        "a" * 256,
    ],
)
def test_text_that_a_reader_would_misread_is_refused(text: str) -> None:
    assert set(problems_of("check_text", "text", text)) == {"text"}


@pytest.mark.parametrize("text", ["", "a" * 255, "größer als 5 €", "注文", "<b>&amp;</b>", "🙂", "=1+1", "שלום"])
def test_text_of_any_language_is_taken_as_it_is(text: str) -> None:
    assert problems_of("check_text", "text", text) == {}


@pytest.mark.parametrize("name", ["a", "A-z_9", "x" * 36])
def test_a_client_order_id_is_made_of_letters_digits_dash_and_underscore(name: str) -> None:
    assert problems_of("check_client_order_id", name) == {}


@pytest.mark.parametrize("name", ["", "x" * 37, "a b", "a\n", "é", "a/b", "a.b"])
def test_other_client_order_ids_are_refused(name: str) -> None:
    assert set(problems_of("check_client_order_id", name)) == {"client_order_id"}


NEEDS = {
    OrderType.MARKET: set(),
    OrderType.LIMIT: {"price"},
    OrderType.STOP: {"stop_price"},
    OrderType.STOP_LIMIT: {"price", "stop_price"},
}


def test_an_order_has_the_prices_its_type_needs_and_no_others() -> None:
    def check(stop_price: Decimal | None, price: Decimal | None, order_type: OrderType) -> None:
        aapl = Instrument(symbol="AAPL", tick_size=D("0.01"), lot_size=D(1))
        given = {name for name, value in (("price", price), ("stop_price", stop_price)) if value is not None}
        assert set(problems_of("check_prices", aapl, order_type, price, stop_price)) == given ^ NEEDS[order_type]

    cases = [
        (stop_price, price, order_type)
        for stop_price in [None, D(5)]
        for price in [None, D(5)]
        for order_type in OrderType
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("time_in_force", TimeInForce)
@pytest.mark.parametrize("order_type", OrderType)
def test_a_stop_order_cannot_be_immediate(order_type: OrderType, time_in_force: TimeInForce) -> None:
    waits, immediate = (
        order_type in (OrderType.STOP, OrderType.STOP_LIMIT),
        time_in_force in (TimeInForce.IOC, TimeInForce.FOK),
    )
    assert bool(problems_of("check_time_in_force", order_type, time_in_force)) is (waits and immediate)


def test_all_problems_are_told_at_once_and_the_first_is_the_message() -> None:
    problems = rules.Problems()
    problems.add("price", "Required.")
    problems.add("text", "At most 255 characters.")
    with pytest.raises(ValidationFailed, match="price: Required") as refused:
        problems.check()
    assert refused.value.body()["fields"] == {"price": ["Required."], "text": ["At most 255 characters."]}
