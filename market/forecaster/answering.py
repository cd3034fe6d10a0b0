"""From a symbol's model and its market of this moment to the answer to one ask."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from market.forecast.curve import CERTAIN, NEVER, Curve, Touch
from market.forecast.model import Model
from market.forecast.touch import Direction
from market.forecaster.asks import Answer, Ask, Point, Probability
from market.money import Quote

# Of a probability and its interval: thousandths.
Thousandths = tuple[int, int, int]
# A longer wait is told in hours.
HOURS_FROM_MINUTES = 90
BETWEEN, HEAD = "|", ": "
# Smaller moves of a bound, in points, are not shown: they would be noise on the screen and in the record.
STEP = 2
# Only where the market is there already a touch is certain.
ALMOST = 999


class Told(NamedTuple):
    """A point of an answer, as it is recorded: probabilities in thousandths, of a touch and of climatology's."""

    minutes: int
    touch: Thousandths
    through: Thousandths
    climate: int


class Number(NamedTuple):
    """A point with a number."""

    minutes: int
    touch: Thousandths
    through: Thousandths

    @property
    def shown(self) -> str:
        """What a person sees of it: whole percents of the bounds."""
        return " ".join(map(str, self._percents))

    def differs(self, shown: str) -> bool:
        """Whether a person sees another number than this one: by STEP points, or by any where it begins or ends."""
        try:
            pairs = list(zip(self._percents, map(int, shown.split()), strict=True))
        except ValueError:
            return True
        return any(abs(new - old) >= STEP or (new != old and {new, old} & {0, 100}) for new, old in pairs)

    @property
    def _percents(self) -> tuple[int, int, int, int]:
        (_, low, high), (_, through_low, through_high) = self.touch, self.through
        return (low + 5) // 10, (high + 5) // 10, (through_low + 5) // 10, (through_high + 5) // 10

    def point(self, model: Model) -> Point:
        matured, independent = model.matured(self.minutes)
        return point(self, matured, independent)

    def told(self, climate: Curve) -> Told:
        found = climate.at(self.minutes) or CERTAIN
        return Told(self.minutes, self.touch, self.through, _thousandths(found)[0])


class Missing(NamedTuple):
    """A point without a number."""

    minutes: int
    why: str
    ready_in_minutes: int | None

    @property
    def shown(self) -> str:
        return self.why

    def differs(self, shown: str) -> bool:
        return shown != self.why

    def point(self, model: Model | None) -> Point:
        return Point(minutes=self.minutes, unavailable=self.why, ready_in_minutes=self.ready_in_minutes)


AnyPoint = TypeVar("AnyPoint", Number, Missing, Number | Missing)


def point(number: Number, matured: int, independent: int) -> Point:
    """A number as it is told."""
    return Point(
        minutes=number.minutes,
        touch=_probability(number.touch),
        trade_through=_probability(number.through),
        matured=matured,
        independent=independent,
    )


def price_now(direction: Direction, quote: Quote, *, is_stop: bool) -> Decimal | None:
    """The price from which the way to a level is measured: the nearer of last trade and book; of a stop the trade."""
    prices = [quote.last]
    if not is_stop:
        prices.append(quote.ask if direction is Direction.DOWN else quote.bid)
    known = [price for price in prices if price is not None]
    if not known:
        return None
    return min(known) if direction is Direction.DOWN else max(known)


def answer(model: Model, ask: Ask, quote: Quote, at: float) -> tuple[Answer | None, list[Told]]:
    """The answer at `at` (unix seconds), None if nothing has changed visibly; and what of it has to be recorded."""
    price = price_now(ask.direction, quote, is_stop=ask.is_stop)
    if price is None or price <= 0:
        refused = refusal(ask, "There is no price.", at)
        return (refused if refused["points"] else None), []
    longest = max(ask.minutes)
    way, further = (_way(ask.direction, price, level) for level in (ask.price, ask.through))
    touch, through = (_curve(model, ask.direction, each, longest) for each in (way, further))
    found = [_found(model, touch, through, minutes) for minutes in ask.minutes]
    shown, changed = visible(ask, found)
    if not changed:
        return None, []
    numbers = [each for each in changed if isinstance(each, Number)]
    median = _median(model, ask.direction, way, touch) if numbers else None
    points = [each.point(model) for each in changed]
    climate = model.climate(ask.direction, way, longest)
    told = [each.told(climate) for each in numbers]
    return Answer(as_of=as_text(at), median_minutes=median, points=points, shown=shown), told


def _found(model: Model, touch: Curve, through: Curve, minutes: int) -> Number | Missing:
    one, other = touch.at(minutes), through.at(minutes)
    if one is not None and other is not None:
        return Number(minutes, _thousandths(one), _thousandths(other))
    missing = model.bars_missing(minutes)
    return Missing(minutes, waiting(missing) if missing else "The price has not moved yet.", missing or None)


def _curve(model: Model, direction: Direction, way: float, minutes: int) -> Curve:
    if math.isinf(way):
        return Curve([(each, NEVER) for each in model.minutes if not model.missing(each)])
    return model.curve(direction, way, minutes)


def _median(model: Model, direction: Direction, way: float, touch: Curve) -> float | None:
    """In minutes, as far ahead as the model sees."""
    found = touch.median_minutes
    if found is None:
        found = model.curve(direction, way).median_minutes
    return None if found is None else round(found, 1)


def refusal(ask: Ask, why: str, at: float) -> Answer:
    """The answer without a number."""
    found = [Missing(minutes, why, None) for minutes in ask.minutes]
    shown, changed = visible(ask, found)
    points = [each.point(None) for each in changed]
    return Answer(as_of=as_text(at), median_minutes=None, points=points, shown=shown)


def visible(ask: Ask, found: Sequence[AnyPoint]) -> tuple[str, list[AnyPoint]]:
    """What identifies these on a screen, and those of them that differ from what is on it."""
    on_screen = {head: rest for head, _, rest in (piece.partition(HEAD) for piece in ask.shown.split(BETWEEN))}
    pieces, changed = [], []
    for each in found:
        head = f"{ask.price} {each.minutes}"
        before = on_screen.get(head)
        if before is None or each.differs(before):
            changed.append(each)
            before = each.shown
        pieces.append(f"{head}{HEAD}{before}")
    return BETWEEN.join(pieces), changed


def as_text(at: float) -> str:
    """RFC 3339, from unix seconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def waiting(minutes: int) -> str:
    """How long it takes, in words."""
    if minutes < HOURS_FROM_MINUTES:
        return f"Needs {minutes} more minute{'' if minutes == 1 else 's'} of prices."
    return f"Needs {math.ceil(minutes / 60)} more hours of prices."


def _way(direction: Direction, price: Decimal, level: Decimal) -> float:
    """The distance in log prices from here to there; infinite for a level that no price has."""
    if level <= 0:
        return math.inf
    way = math.log(float(level) / float(price))
    return -way if direction is Direction.DOWN else way


def _thousandths(touch: Touch) -> Thousandths:
    if touch == CERTAIN:
        return 1000, 1000, 1000
    probability, low, high = touch
    return min(round(probability * 1000), ALMOST), min(round(low * 1000), ALMOST), round(high * 1000)


def _probability(thousandths: Thousandths) -> Probability:
    probability, low, high = (each / 1000 for each in thousandths)
    return Probability(probability=probability, low=low, high=high)
