"""Which forecasts share no time: one begins when the one before it has ended, for each symbol and horizon by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from market.forecaster.apart import Apart
from tests.market.forecaster.scenes import NOW
from tests.market.forecaster.test_engine import moment


def claimed(apart: Apart, begins: float, minutes: int = 5, symbol: str = "AAPL") -> bool:
    """Claim from so many seconds after the scene's time on."""
    begins_at = moment(NOW + begins)
    return apart.claim(symbol, minutes, begins_at, begins_at + timedelta(minutes=minutes))


def end(begins: float, minutes: int = 5) -> datetime:
    return moment(NOW + begins) + timedelta(minutes=minutes)


def test_the_next_one_may_begin_when_the_one_before_it_ends_and_no_earlier() -> None:
    apart = Apart()
    assert claimed(apart, 0)
    assert not claimed(apart, 0)
    assert not claimed(apart, 299.999)
    assert claimed(apart, 300)
    assert not claimed(apart, 599)
    assert claimed(apart, 700)
    assert not claimed(apart, 999)


def test_one_that_is_not_apart_holds_up_no_other() -> None:
    apart = Apart()
    assert claimed(apart, 0)
    assert not claimed(apart, 200)
    assert claimed(apart, 300)


def test_each_symbol_and_horizon_has_a_time_of_its_own() -> None:
    apart = Apart()
    assert claimed(apart, 0)
    assert claimed(apart, 0, minutes=15)
    assert claimed(apart, 0, symbol="KO")
    assert not claimed(apart, 60, minutes=15)
    assert not claimed(apart, 60, symbol="KO")


def test_those_of_an_earlier_process_count() -> None:
    ends = {("AAPL", 5): end(0)}
    apart = Apart(ends)
    assert not claimed(apart, 60)
    assert claimed(apart, 60, minutes=15)
    assert claimed(apart, 300)
    assert ends == {("AAPL", 5): end(0)}, "what it was made from stays as it is"


def test_a_claim_that_is_taken_back_is_free_again() -> None:
    apart = Apart()
    assert claimed(apart, 0)
    apart.release("AAPL", 5, end(0))
    assert claimed(apart, 0)
    assert not claimed(apart, 1)


def test_taking_back_leaves_the_claims_of_others() -> None:
    apart = Apart()
    for minutes, symbol in [(5, "AAPL"), (15, "AAPL"), (5, "KO")]:
        assert claimed(apart, 0, minutes, symbol)
    apart.release("AAPL", 5, end(0))
    assert not claimed(apart, 60, 15)
    assert not claimed(apart, 60, symbol="KO")


def test_a_claim_is_not_taken_back_once_another_was_made_after_it() -> None:
    apart = Apart()
    assert claimed(apart, 0)
    assert claimed(apart, 300)
    apart.release("AAPL", 5, end(0))
    assert not claimed(apart, 599)


def test_taking_back_what_was_never_claimed_changes_nothing() -> None:
    apart = Apart()
    apart.release("AAPL", 5, end(0))
    assert claimed(apart, 0)
    apart.release("KO", 5, end(0))
    apart.release("AAPL", 5, end(1))
    assert not claimed(apart, 60)


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([1, 5]), st.booleans()), max_size=30))
def test_whatever_is_taken_back_those_that_stay_share_no_time_and_are_as_many_as_can_be(
    steps: list[tuple[int, int, bool]],
) -> None:
    apart, now = Apart(), 0.0
    free = {1: 0.0, 5: 0.0}
    for wait, minutes, is_kept in steps:
        now += wait
        is_apart = claimed(apart, now, minutes)
        assert is_apart is (now >= free[minutes])
        if is_apart and is_kept:
            free[minutes] = now + minutes * 60
        elif is_apart:
            apart.release("AAPL", minutes, end(now, minutes))
