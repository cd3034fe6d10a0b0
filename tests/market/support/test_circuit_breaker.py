"""What has failed is left alone for a while, and the log is told of it once."""

from __future__ import annotations

import logging

import pytest

from market.support import circuit_breaker
from market.support.circuit_breaker import CircuitBreaker
from market.support.outage import Outage

ERROR = OSError("away")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock, by its one hand."""
    hand = [1000.0]
    monkeypatch.setattr(circuit_breaker.time, "monotonic", lambda: hand[0])
    return hand


def test_after_a_failure_it_is_open_for_as_long_as_was_said(now: list[float]) -> None:
    breaker = CircuitBreaker()
    assert not breaker.is_open
    breaker.failed(ERROR, 5)
    now[0] += 4.9
    assert breaker.is_open
    now[0] += 0.1
    assert not breaker.is_open
    breaker.failed(ERROR, 5)
    breaker.answered()
    assert not breaker.is_open


def test_the_pauses_grow_only_up_to_the_longest_and_only_where_there_is_one(now: list[float]) -> None:
    growing, even = CircuitBreaker(), CircuitBreaker()
    pauses = []
    for _ in range(100):
        growing.failed(ERROR, 0.5, 3)
        even.failed(ERROR, 0.5)
        pauses.append((growing.again_at - now[0], even.again_at - now[0]))
    assert pauses == [(0.5, 0.5), (1, 0.5), (2, 0.5), *[(3, 0.5)] * 97]
    growing.answered()
    growing.failed(ERROR, 0.5, 3)
    assert growing.again_at == now[0] + 0.5


def test_the_log_is_told_once_that_it_went_and_once_that_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    breaker = CircuitBreaker(Outage(logging.getLogger("here"), "Away (%s).", "Back."))
    breaker.answered()
    for _ in range(3):
        breaker.failed(ERROR, 0)
    for _ in range(2):
        breaker.answered()
    assert [record.message for record in caplog.records] == ["Away (away).", "Back."]
