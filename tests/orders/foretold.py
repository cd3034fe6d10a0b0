"""A forecaster that tells what a test has laid down, in the shape of the real one, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from market.forecaster import answering, wire
from market.forecaster.answering import Number, refusal
from market.forecaster.asks import Answer, Ask, ConeAsk
from market.forecaster.wire import Answers, NoForecaster
from tests.market.forecaster.scenes import LIVE, engine_of
from tests.market.forecaster.scenes import NOW as SCENE

NOW = 1_784_992_205.25
WHY = "The market is crossed: its bid is above its ask."
# What a row has of it, where the probability is 334 thousandths.
NUMBER = {
    "touch": {"probability": 0.334, "low": 0.314, "high": 0.354},
    "trade_through": {"probability": 0.167, "low": 0.083, "high": 0.334},
    "matured": 1_455,
    "independent": 97,
    "median_minutes": 31.5,
    "as_of": "2026-07-25T15:10:05.250000Z",
}


def answer_of(ask: Ask, thousandths: int | None, median: float | None = 31.5) -> Answer | None:
    """As the forecaster answers: None where nothing of it has changed visibly."""
    if thousandths is None:
        found = refusal(ask, WHY, NOW)
    else:
        touch = (thousandths, max(0, thousandths - 20), min(1000, thousandths + 20))
        through = (thousandths // 2, thousandths // 4, thousandths)
        numbers = [Number(minutes, touch, through) for minutes in ask.minutes]
        shown, changed = answering.visible(ask, numbers)
        points = [answering.point(each, 1_455, 97) for each in changed]
        found = Answer(as_of=answering.as_text(NOW), median_minutes=median, points=points, shown=shown)
    return found if found["points"] else None


class Oracle:
    """`says` is the probability of a touch in thousandths by price as text, None for a refusal; else `usual`.

    A cone is that of the simulated bars, whatever the symbol.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.says: dict[str, int | None] = {}
        self.usual: int | None = 334
        self.why_not = ""
        self.asked: list[Ask] = []
        self.requests: list[tuple[int, bool]] = []
        self.cones: list[ConeAsk] = []
        patch.setattr(wire, "cone", self.cone)
        patch.setattr(wire, "ask", self.ask)
        patch.setattr(wire, "ask_async", self.ask_async)

    def ask(self, asks: Sequence[Ask], *, kept: bool = True) -> Answers:
        self.requests.append((len(asks), kept))
        self.asked += asks
        if self.why_not:
            raise NoForecaster(self.why_not)
        return [answer_of(each, self.says.get(f"{each.price.normalize():f}", self.usual)) for each in asks]

    def cone(self, ask: ConeAsk) -> dict[str, Any]:
        self.cones.append(ask)
        if self.why_not:
            raise NoForecaster(self.why_not)
        return engine_of(ask.symbol).cone(ask.symbol, ask.tick, LIVE, SCENE).answer

    async def ask_async(self, client: Any, asks: Sequence[Ask]) -> Answers:
        return self.ask(asks)
