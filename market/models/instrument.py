"""Instruments: what can be traded, in which steps of price and quantity."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from market.values.fields import AmountField, BytewiseCharField
from market.values.text import refusal

SYMBOL = r"^[A-Z0-9.\-]{1,20}\Z"
FEED_SYMBOL = r"^[A-Za-z0-9.:/_\-]{0,40}\Z"
SMALLEST = Decimal("0.00000001")


def check_readable(text: str) -> None:
    """Validate that a name has no invisible or misleading characters."""
    if why := refusal(text):
        raise ValidationError(why, code="unreadable")


class Instrument(models.Model):
    """One tradable symbol; prices are multiples of `tick_size`, quantities of `lot_size`."""

    symbol = BytewiseCharField(max_length=20, unique=True, validators=[RegexValidator(SYMBOL)])
    name = models.CharField(max_length=100, validators=[check_readable])
    currency = models.CharField(max_length=3, validators=[RegexValidator(r"^[A-Z]{3}\Z")])
    tick_size = AmountField(default=Decimal("0.01"), validators=[MinValueValidator(SMALLEST)])
    lot_size = AmountField(default=Decimal(1), validators=[MinValueValidator(SMALLEST)])
    price_decimals = models.PositiveSmallIntegerField(default=2, validators=[MaxValueValidator(8)])
    # The instrument's name at the feed in use, where market.feeds.names has none or a different one.
    feed_symbol = models.CharField(
        max_length=40,
        blank=True,
        default="",
        validators=[RegexValidator(FEED_SYMBOL)],
        help_text="What the price feed calls it, where that is not known: BTC/USD (kraken), BINANCE:BTCUSDT (finnhub).",
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["symbol"]
        constraints = [
            models.CheckConstraint(condition=Q(tick_size__gt=0), name="instrument_tick_size_positive"),
            models.CheckConstraint(condition=Q(lot_size__gt=0), name="instrument_lot_size_positive"),
            models.CheckConstraint(condition=Q(price_decimals__lte=8), name="instrument_price_decimals_kept"),
        ]

    def __str__(self) -> str:
        return str(self.symbol)
