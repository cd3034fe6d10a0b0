"""The record of cones: the bounds that were shown, stored before they were, and the price that came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from market.models.forecast_record import Unscored
from market.values.fields import AmountField, BytewiseCharField


class ShownCone(models.Model):
    """Bounds of the price at `ends_at`, `minutes` after the bar that ended at `begins_at` with the price `close`.

    Numbers, `symbol`, `liveliness` and `is_apart` are as those of market.models.forecast_record.ShownForecast. `price`
    is what came.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    symbol = BytewiseCharField(max_length=20)
    minutes = models.PositiveSmallIntegerField()
    close = AmountField()
    low_80 = AmountField()
    high_80 = AmountField()
    low_95 = AmountField()
    high_95 = AmountField()
    liveliness = models.FloatField()
    is_apart = models.BooleanField()
    price = AmountField(null=True)
    unscored = models.CharField(max_length=8, choices=Unscored, default="")

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="cone_open", condition=Q(price=None, unscored="")),
            models.Index(fields=["symbol", "minutes", "number"], name="cone_apart", condition=Q(is_apart=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.symbol} {self.minutes} min"
