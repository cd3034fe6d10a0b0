"""Names that can be read as they stand, and what a feed symbol is for: nothing in the database changes."""

from __future__ import annotations

import django.core.validators
from django.db import migrations, models

import market.models


class Migration(migrations.Migration):
    dependencies = [("market", "0002_feed_symbol")]

    operations = [
        migrations.AlterField(
            "instrument", "name", models.CharField(max_length=100, validators=[market.models.check_readable])
        ),
        migrations.AlterField(
            "instrument",
            "feed_symbol",
            models.CharField(
                blank=True,
                default="",
                help_text=(
                    "What the price feed calls it, where that is not known: BTC/USD (kraken), "
                    "BINANCE:BTCUSDT (finnhub)."
                ),
                max_length=40,
                validators=[django.core.validators.RegexValidator("^[A-Za-z0-9.:/_\\-]{0,40}\\Z")],
            ),
        ),
    ]
