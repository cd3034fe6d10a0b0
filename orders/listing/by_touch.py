"""Lists sorted by the probability of a touch, which no database knows: the forecaster is asked about each order."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.contrib.auth.models import User

from market.forecaster.asks import Answer
from orders.domain.errors import ValidationFailed
from orders.domain.fields import TOUCH
from orders.forecasts import asking
from orders.models import Order
from orders.models.querysets import OrderQuerySet

MINUTES = (15, 60)
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ids of the owner's (None: everyone's) list, in its order."""

    owner: User | None
    ids: list[int]

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def is_more(self) -> bool:
        return False

    def page(self, offset: int, limit: int) -> list[Order]:
        wanted = self.ids[offset : offset + limit]
        by_id = {order.pk: order for order in Order.objects.by_id(wanted, owner=self.owner)}
        return [by_id[pk] for pk in wanted if pk in by_id]


def ranked(orders: OrderQuerySet[Order], owner: User | None, *, descending: bool) -> Ranking:
    """The owner's orders by the probability within 15 minutes, then 60; those without one last, the newest first.

    They are asked about for their order alone, so that is not recorded. Raises ValidationFailed for too many.
    """
    ids = list(orders.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        message = f"At most {MOST:,} orders can be sorted by touch: search, filter, or choose a tab with fewer."
        raise ValidationFailed(message, fields={TOUCH: [message]})
    keys = _probabilities(ids)
    known = [pk for pk in ids if pk in keys]
    known.sort(key=keys.__getitem__, reverse=descending)
    return Ranking(owner, known + [pk for pk in ids if pk not in keys])


def _probabilities(ids: list[int]) -> dict[int, list[float]]:
    asks = {}
    for pk, order in asking.working(ids).items():
        ask = asking.ask_of(order, MINUTES)
        if ask is not None and asking.why_not(order) is None:
            asks[pk] = ask
    answers = asking.answers_to(list(asks.values()), time.time(), kept=False)
    found = {pk: _told(answer) for pk, answer in zip(asks, answers, strict=True)}
    return {pk: told for pk, told in found.items() if told}


def _told(answer: Answer) -> list[float]:
    return [point["touch"]["probability"] for point in answer["points"] if "touch" in point]
