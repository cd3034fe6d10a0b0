"""The short form judges by facts alone, and starts each shared site in one worker only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.report import Row, TooLate, site_of

MISSED = [Row.within, Row.at_most]


@pytest.mark.parametrize("mark", MISSED)
def test_the_short_form_does_not_judge_by_a_missed_mark(mark: Any) -> None:
    mark(Row(1, "a fault", "cluster", is_judged=False), 7, 1)


@pytest.mark.parametrize("mark", MISSED)
def test_the_long_form_fails_where_a_mark_is_missed(mark: Any) -> None:
    row = Row(1, "a fault", "cluster")
    mark(row, 1, 1)
    with pytest.raises(AssertionError, match=r"7.* and not 1"):
        mark(row, 7, 1)


def test_only_a_mark_in_seconds_is_measured_again() -> None:
    with pytest.raises(AssertionError) as caught:
        Row(1, "a fault", "cluster").at_most(7, 1)
    assert not isinstance(caught.value, TooLate)


def test_tests_that_break_the_same_site_share_a_worker() -> None:
    by_parameter: Any = SimpleNamespace(callspec=SimpleNamespace(params={"site": "cluster"}), fixturenames=["site"])
    by_fixture: Any = SimpleNamespace(fixturenames=["embedded"])
    without: Any = SimpleNamespace(fixturenames=["db"])
    assert [site_of(item) for item in (by_parameter, by_fixture, without)] == ["cluster", "embedded", ""]
