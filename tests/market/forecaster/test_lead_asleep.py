"""The leading forecaster after a sleep of its computer: what prices there were meanwhile nobody knows."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import redis.asyncio

from market.forecaster import lead
from market.forecaster.lead import Lead
from market.models.forecast_record import Outcome, Unscored
from market.support.outage import Outage
from tests.market.conftest import until
from tests.market.forecaster.scenes import LIVE, NOW, ask, engine_of, quote_text
from tests.market.forecaster.stage import Stage, leading, results, told
from tests.market.forecaster.test_engine import record


@pytest.mark.django_db(transaction=True)
async def test_what_waited_is_not_scored(
    stage: Stage, client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage.start()
    await leading(client)
    await told()
    monkeypatch.setattr(lead, "ASLEEP_SECONDS", -1.0)
    await until(lambda: results() == [(5, None, "feed"), (15, None, "feed")], "the results")
    assert "stood still for 0 s; what waited is not scored" in caplog.text


@pytest.mark.parametrize(("seconds", "came"), [(10.0, Outcome.MISSED), (-1.0, Unscored.FEED)])
async def test_nor_by_the_first_price_after_it(
    monkeypatch: pytest.MonkeyPatch, seconds: float, came: Outcome | Unscored
) -> None:
    async def in_thread(*_: Any) -> None:
        """Nothing is recorded here."""

    engine = engine_of()
    own = Lead(lambda: NOW + 300, engine, in_thread, Outage(logging.getLogger(), "", ""), "")
    numbers = record(engine, engine.answer([ask("99.5", minutes=(5,))], LIVE, NOW, kept=True))
    monkeypatch.setattr(lead, "ASLEEP_SECONDS", seconds)
    own._hear("AAPL", quote_text(NOW + 300))
    engine.look(LIVE, NOW + 300)
    assert engine.results.touches == dict.fromkeys(numbers, came)
