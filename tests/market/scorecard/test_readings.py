"""A long record is read by a thread: who asks meanwhile gets the reading before, or learns how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import OperationalError

from market.models import ShownForecast
from market.scorecard import readings as module
from market.scorecard import record_reading
from market.scorecard.readings import TOUCHES, BeingRead, Readings
from market.scorecard.record_reading import TouchTally
from tests.market.scorecard.records import drawn, drawn_cones, keep, keep_cones, unread  # noqa: F401 – a fixture

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = 10


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is longer than ten rows is long."""
    for name in ("AT_ONCE", "PART"):
        monkeypatch.setattr(module, name, PARTS)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)


@pytest.fixture
def gate(in_parts: None) -> Iterator[threading.Event]:
    """While it is not set, no part after the second is read."""
    event = threading.Event()
    yield event
    event.set()
    until_all_is_read()


def held(gate: threading.Event, fails: Callable[[], bool] = lambda: False) -> Readings[TouchTally]:
    def read(after: int, until: int) -> TouchTally:
        if after >= 2 * PARTS:
            assert gate.wait(60)
            if fails():
                raise OperationalError("gone")
        return record_reading.read(after, until)

    return Readings(replace(TOUCHES, read=read))


def until_all_is_read() -> None:
    for thread in threading.enumerate():
        if thread.name == "record-reader":
            thread.join(60)


@pytest.mark.both_databases
def test_a_long_record_is_read_part_by_part_and_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(drawn(400, open_from=380))
    at_once = Readings(TOUCHES).newest()
    for name in ("AT_ONCE", "PART"):
        monkeypatch.setattr(module, name, PARTS)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 60)

    in_parts = Readings(TOUCHES).newest()

    assert in_parts.settled_to == at_once.settled_to > 300
    for group in ("counts", "since", "by_forecast", "by_time", "windows"):
        assert getattr(in_parts.final, group) == getattr(at_once.final, group)
    for cell, sequence in at_once.final.apart.items():
        assert (in_parts.final.apart[cell].count, in_parts.final.apart[cell].low) == (
            sequence.count,
            pytest.approx(sequence.low),
        )


def test_who_asks_first_learns_how_far_it_is(gate: threading.Event) -> None:
    keep(drawn(100))
    own = held(gate)

    with pytest.raises(BeingRead) as first:
        own.newest()
    with pytest.raises(BeingRead) as second:
        own.newest()

    assert first.value.total == second.value.total == 100
    assert 0 <= first.value.done <= second.value.done <= 2 * PARTS
    gate.set()
    until_all_is_read()
    assert own.newest().stored == 100


def test_a_short_record_is_read_at_once_without_a_thread(in_parts: None) -> None:
    keep(drawn(PARTS))

    assert Readings(TOUCHES).newest().stored == PARTS
    assert not [thread for thread in threading.enumerate() if thread.name == "record-reader"]


def test_while_all_is_read_again_there_is_the_reading_before(gate: threading.Event) -> None:
    keep(drawn(100))
    own = held(gate)
    with pytest.raises(BeingRead):
        own.newest()
    gate.set()
    until_all_is_read()
    before = own.newest()
    gate.clear()
    own._kept_until = 0
    ShownForecast.objects.filter(number=7).delete()

    assert own.newest() is before
    assert own.newest() is before

    gate.set()
    until_all_is_read()
    assert own.newest().holes == [(7, 7)]


def test_after_a_failure_the_next_who_asks_starts_anew(gate: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    keep(drawn(100))
    failing = [True]
    own = held(gate, lambda: bool(failing and failing.pop()))
    with caplog.at_level(logging.ERROR, module.__name__):
        with pytest.raises(BeingRead):
            own.newest()
        gate.set()
        until_all_is_read()

    assert "The record of forecasts could not be read" in caplog.text
    gate.clear()
    with pytest.raises(BeingRead):
        own.newest()
    gate.set()
    until_all_is_read()
    assert own.newest().stored == 100


def test_both_records_are_read_at_the_same_time_and_counted_together(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(drawn(100))
    keep_cones(drawn_cones(60))
    monkeypatch.setattr(module, "readings", held(gate))

    with pytest.raises(BeingRead) as first:
        module.newest()
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 60)
    assert module.cone_readings.newest().stored == 60
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
    with pytest.raises(BeingRead) as second:
        module.newest()

    assert first.value.total == second.value.total == 160
    assert 60 <= second.value.done <= 60 + 2 * PARTS
    gate.set()
    until_all_is_read()
    touches, cones = module.newest()
    assert (touches.stored, cones.stored) == (100, 60)
