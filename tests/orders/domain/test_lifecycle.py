"""The table of steps, every cell of it, and the arithmetic of fills."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain import lifecycle
from orders.domain.lifecycle import DONE, Kind, Status, Step

D = Decimal
S, K = Status, Kind

# An order of 10 of which 4 are filled after the step; the contract's table, written out once more on purpose.
LEADS_TO: dict[tuple[Status, Step], tuple[Status, Kind]] = {
    (S.PENDING_NEW, Step.AMEND): (S.PENDING_NEW, K.AMENDED),
    (S.PENDING_NEW, Step.ACCEPT): (S.NEW, K.ACCEPTED),
    (S.PENDING_NEW, Step.REJECT): (S.REJECTED, K.REJECTED),
    (S.PENDING_NEW, Step.FILL): (S.PARTIALLY_FILLED, K.PARTIALLY_FILLED),
    (S.PENDING_NEW, Step.REQUEST_CANCEL): (S.CANCELED, K.CANCELED),
    (S.PENDING_NEW, Step.CANCEL): (S.CANCELED, K.CANCELED),
    (S.PENDING_NEW, Step.EXPIRE): (S.EXPIRED, K.EXPIRED),
    (S.NEW, Step.FILL): (S.PARTIALLY_FILLED, K.PARTIALLY_FILLED),
    (S.NEW, Step.AMEND): (S.PARTIALLY_FILLED, K.AMENDED),
    (S.NEW, Step.REJECT): (S.REJECTED, K.REJECTED),
    (S.NEW, Step.REQUEST_CANCEL): (S.PENDING_CANCEL, K.CANCEL_REQUESTED),
    (S.NEW, Step.CANCEL): (S.CANCELED, K.CANCELED),
    (S.NEW, Step.EXPIRE): (S.EXPIRED, K.EXPIRED),
    (S.PARTIALLY_FILLED, Step.FILL): (S.PARTIALLY_FILLED, K.PARTIALLY_FILLED),
    (S.PARTIALLY_FILLED, Step.AMEND): (S.PARTIALLY_FILLED, K.AMENDED),
    (S.PARTIALLY_FILLED, Step.REQUEST_CANCEL): (S.PENDING_CANCEL, K.CANCEL_REQUESTED),
    (S.PARTIALLY_FILLED, Step.CANCEL): (S.CANCELED, K.CANCELED),
    (S.PARTIALLY_FILLED, Step.EXPIRE): (S.EXPIRED, K.EXPIRED),
    (S.PENDING_CANCEL, Step.FILL): (S.PENDING_CANCEL, K.PARTIALLY_FILLED),
    (S.PENDING_CANCEL, Step.CANCEL): (S.CANCELED, K.CANCELED),
    (S.PENDING_CANCEL, Step.CANCEL_REFUSED): (S.PARTIALLY_FILLED, K.CANCEL_REFUSED),
    (S.PENDING_CANCEL, Step.EXPIRE): (S.EXPIRED, K.EXPIRED),
    (S.CANCELED, Step.FILL): (S.CANCELED, K.PARTIALLY_FILLED),
    (S.EXPIRED, Step.FILL): (S.EXPIRED, K.PARTIALLY_FILLED),
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("status", Status)
def test_every_step_from_every_status_leads_where_the_table_says_or_is_refused(status: Status, step: Step) -> None:
    expected = LEADS_TO.get((status, step))
    assert lifecycle.is_legal(status, step) is (expected is not None)
    if expected is None:
        with pytest.raises(lifecycle.IllegalStep) as refused:
            lifecycle.step(status, step, D(10), D(4))
        assert (refused.value.status, refused.value.step) == (status, step)
    else:
        transition = lifecycle.step(status, step, D(10), D(4))
        assert (transition.status, transition.kind) == expected


@pytest.mark.parametrize("status", [status for status in Status if Step.FILL in lifecycle.STEPS[status]])
def test_the_last_fill_fills_whatever_the_status_was(status: Status) -> None:
    assert lifecycle.step(status, Step.FILL, D(10), D(10)) == lifecycle.Transition(S.FILLED, K.FILLED)


@pytest.mark.parametrize(("cum_qty", "back"), [("0", S.NEW), ("4", S.PARTIALLY_FILLED), ("10", S.FILLED)])
def test_a_refused_cancel_leads_back_to_what_the_fills_say(cum_qty: str, back: Status) -> None:
    assert lifecycle.step(S.PENDING_CANCEL, Step.CANCEL_REFUSED, D(10), D(cum_qty)).status is back


@pytest.mark.parametrize(("cum_qty", "amended"), [("0", S.NEW), ("4", S.PARTIALLY_FILLED), ("10", S.FILLED)])
def test_an_amended_order_has_the_status_of_its_quantities(cum_qty: str, amended: Status) -> None:
    assert lifecycle.step(S.NEW, Step.AMEND, D(10), D(cum_qty)).status is amended


@pytest.mark.parametrize("status", Status)
def test_nothing_is_left_of_a_closed_order(status: Status) -> None:
    assert lifecycle.leaves_qty(status, D(10), D(4)) == (D(0) if status in DONE else D(6))


def test_every_status_is_in_exactly_one_of_working_filled_and_closed() -> None:
    tabs = [lifecycle.TABS[name] for name in ("working", "filled", "closed")]
    assert sorted(status for tab in tabs for status in tab) == sorted(Status)
    assert lifecycle.TABS["all"] == set(Status)


def test_there_is_no_average_before_the_first_fill() -> None:
    assert lifecycle.avg_price(D(0), D(0)) is None


@pytest.mark.parametrize(
    ("gross", "quantity", "average"),
    [
        ("10", "3", "3.33333333"),
        ("20", "3", "6.66666667"),
        ("0.00000001", "2", "0.00000000"),
        ("0.00000003", "2", "0.00000002"),
        ("0.00000005", "2", "0.00000002"),
        ("0.00000007", "2", "0.00000004"),
        ("999999999999999", "1", "999999999999999.00000000"),
        ("999999999999999999999999999998", "999999999999999", "1000000000000001.00000000"),
    ],
)
def test_the_average_price_is_rounded_half_to_even_at_eight_decimals(gross: str, quantity: str, average: str) -> None:
    assert lifecycle.avg_price(D(gross), D(quantity)) == D(average)


amounts = st.integers(1, 10**15 - 1).map(lambda units: D(units).scaleb(-8))


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20))
def test_the_average_price_lies_between_the_lowest_and_the_highest_fill(fills: list[tuple[Decimal, Decimal]]) -> None:
    with lifecycle.localcontext(prec=60):
        gross = sum((quantity * price for quantity, price in fills), D(0))
    average = lifecycle.avg_price(gross, sum((quantity for quantity, _ in fills), D(0)))
    prices = [price for _, price in fills]
    assert average is not None
    assert min(prices) <= average <= max(prices)
