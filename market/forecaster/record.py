"""The record in the database: append what is about to be shown, note what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from market.forecaster.results import Results
from market.live.leader import LostLead
from market.models import ForecastCounter, ShownCone, ShownForecast
from market.models.forecast_record import Outcome, Unscored
from market.support.batches import batches

Shown = ShownForecast | ShownCone
# The counter's row of each record.
COUNTERS = {ShownForecast: 1, ShownCone: 2}


def append(forecasts: Sequence[Shown], term: str = "") -> None:
    """Number these, all of one record, and store them, all or none. Only after that may they be shown.

    Raises LostLead, with nothing stored, if another forecaster has begun since that of this `term`.
    """
    model: Any = type(forecasts[0])
    with transaction.atomic():
        counter = _locked(COUNTERS[model])
        if counter.term != term:
            raise LostLead
        for forecast in forecasts:
            counter.head += 1
            forecast.number = counter.head
        counter.save(update_fields=["head"])
        model.objects.bulk_create(forecasts)


def settle(results: Results) -> None:
    """Note what came, once: what has been noted is not changed."""
    by_result: dict[Outcome | Unscored, list[int]] = {}
    for number, result in results.touches.items():
        by_result.setdefault(result, []).append(number)
    with transaction.atomic():
        for result, numbers in by_result.items():
            for batch in batches(numbers):
                name = "outcome" if isinstance(result, Outcome) else "unscored"
                _open_touches().filter(number__in=batch).update(**{name: result})
        for number, price in results.cones.items():
            name = "unscored" if isinstance(price, Unscored) else "price"
            _open_cones().filter(number=number).update(**{name: price})


def begin(term: str = "") -> int:
    """Begin a lead: only it may append from now on. What is open is not scored, because nobody has watched its prices.

    Returns how many that were.
    """
    with transaction.atomic():
        for number in COUNTERS.values():
            counter = _locked(number)
            counter.term = term
            counter.save(update_fields=["term"])
        return sum(each.update(unscored=Unscored.RESTART) for each in (_open_touches(), _open_cones()))


def latest_apart(model: type[ShownForecast] | type[ShownCone]) -> dict[tuple[str, int], datetime]:
    """By symbol and minutes: when the newest of those ends that share no time."""
    found: Any = model
    rows = found.objects.filter(is_apart=True).values_list("symbol", "minutes").annotate(Max("ends_at"))
    return {(symbol, minutes): ends_at for symbol, minutes, ends_at in rows}


def _locked(number: int) -> ForecastCounter:
    ForecastCounter.objects.get_or_create(pk=number)
    return ForecastCounter.objects.select_for_update().get(pk=number)


def _open_touches() -> QuerySet[ShownForecast]:
    return ShownForecast.objects.filter(outcome=None, unscored="")


def _open_cones() -> QuerySet[ShownCone]:
    return ShownCone.objects.filter(price=None, unscored="")
