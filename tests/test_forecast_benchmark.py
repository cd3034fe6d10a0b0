"""The benchmark of the forecasts' record: its clock, what its page records, and its long records."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from benchmarks import forecast_record, forecast_scorecard
from benchmarks.forecast_clock import SkippingLoop
from benchmarks.forecast_rows import END, cones, store, touches
from demo import simulation
from market.feeds import sim
from market.models import ShownCone, ShownForecast
from market.scorecard.touch_scorecard import scorecard
from tests.market.scorecard.records import unread  # noqa: F401 – a fixture

# More than ten minutes of touches.
SHOWN = 5_000


def test_an_hour_passes_at_once_and_in_order() -> None:
    loop = SkippingLoop()
    woken = []

    async def everybody() -> None:
        last = loop.create_future()
        for seconds in (60.0, 0.25):
            loop.call_later(seconds, lambda: woken.append(loop.time()))
        loop.call_later(3600.0, last.set_result, None)
        await last
        woken.append(loop.time())

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(everybody())

    assert woken == [0.25, 60.0, 3600.0]


@pytest.mark.django_db(transaction=True)
def test_a_page_records_what_it_shows_and_what_came_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "BASE", {symbol: simulation.BASE[symbol] for symbol in ("AAPL", "BTCUSD")})
    monkeypatch.setattr(sim, "HISTORY_MINUTES", 400)

    found = forecast_record.grow(minutes=12, orders=3)

    rows = ShownForecast.objects.order_by("number")
    assert [row.number for row in rows] == list(range(1, int(found["rows"]) + 1))
    assert {row.symbol for row in rows} == {"AAPL", "BTCUSD"}
    until = forecast_record.BEGIN + 12 * 60
    for row in rows:
        assert (row.outcome is not None) == (row.ends_at.timestamp() <= until), row
    assert found["bytes"] > 0


@pytest.mark.django_db(transaction=True)
def test_long_records_have_no_hole_and_wait_only_for_what_is_not_due() -> None:
    store(touches(SHOWN))
    store(cones(SHOWN))

    card = scorecard()

    for found, model, outcome in ((card, ShownForecast, "outcome"), (card["cone"], ShownCone, "price")):
        assert (found["head"], found["stored"], found["holes"]["count"]) == (SHOWN, SHOWN, 0)
        rows = model._default_manager
        due = rows.filter(ends_at__lte=END)
        assert 0 < found["scored"] < SHOWN
        assert found["waiting"] == SHOWN - due.count()
        assert not due.filter(**{outcome: None}, unscored="").exists()
        assert rows.latest("number").at <= END < rows.latest("number").at + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_each_reading_of_a_record_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_scorecard.readings, "time", forecast_scorecard.readings.time)
    store(touches(SHOWN))
    store(cones(SHOWN))

    found = forecast_scorecard.measure(rounds=2)

    assert list(found) == ["touches", "cones", "both", "again", "touch file", "cone file"]
    assert all(len(rounds) == 2 for rounds in found.values())
