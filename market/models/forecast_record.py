"""The record of forecasts: each one that was shown, stored before it was, and what came of it.

Append-only: a row is written once, and gets its outcome once. Numbers have no gap: what is taken out leaves a hole.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from market.values.fields import AmountField, BytewiseCharField


class Outcome(models.IntegerChoices):
    """What came within the forecast's time."""

    MISSED = 0, "not touched"
    TOUCHED = 1, "touched"
    TRADED_THROUGH = 2, "traded through"


class Unscored(models.TextChoices):
    """Why a forecast was not scored: what came is not known, or not what was asked."""

    RESTART = "restart", "the forecaster was restarted"
    FEED = "feed", "the price feed was interrupted"
    CLOSED = "closed", "the market closed"


class ForecastCounter(models.Model):
    """The number of forecasts in a record: row 1 of touches, row 2 of cones. Whoever appends locks it.

    `term` is that of the leading forecaster: one that leads no longer can append nothing more.
    """

    head = models.BigIntegerField(default=0)
    term = models.CharField(max_length=16, default="", blank=True)

    def __str__(self) -> str:
        return str(self.head)


class ShownForecast(models.Model):
    """A probability that was shown: that the market touches `price` within `minutes` after `at`.

    Probabilities are in thousandths. `climate` is what climatology said, the reference of skill. `liveliness` is the
    volatility at that time, divided by its mean. Of each symbol and number of minutes, those that are `is_apart` share
    no time with each other. No owner and no order is stored.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # A text, not a reference: what becomes of the instrument does not change the record.
    symbol = BytewiseCharField(max_length=20)
    minutes = models.PositiveSmallIntegerField()
    is_up = models.BooleanField()
    is_stop = models.BooleanField()
    price = AmountField()
    touch = models.PositiveSmallIntegerField()
    touch_low = models.PositiveSmallIntegerField()
    touch_high = models.PositiveSmallIntegerField()
    through = models.PositiveSmallIntegerField()
    through_low = models.PositiveSmallIntegerField()
    through_high = models.PositiveSmallIntegerField()
    climate = models.PositiveSmallIntegerField()
    liveliness = models.FloatField()
    is_apart = models.BooleanField()
    outcome = models.PositiveSmallIntegerField(choices=Outcome, null=True)
    unscored = models.CharField(max_length=8, choices=Unscored, default="")

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="forecast_open", condition=Q(outcome=None, unscored="")),
            models.Index(fields=["symbol", "minutes", "number"], name="forecast_apart", condition=Q(is_apart=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.symbol} {self.minutes} min"
