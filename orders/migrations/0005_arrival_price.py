"""The market's price when an order was accepted: a column that may be null, which no database rewrites a table for."""

from __future__ import annotations

from django.db import migrations

from market.values.fields import AmountField


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_searched")]
    operations = [
        migrations.AddField("order", "arrival_price", AmountField(blank=True, editable=False, null=True)),
    ]
