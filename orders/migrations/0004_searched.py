"""What a search looks through, as a column of its own; its index is made after every migration (orders.search_index)."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Concat, Lower

from market.fields import BytewiseCharField

PARTS = ("symbol", models.Value("\n"), "client_order_id", models.Value("\n"), "text")


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_sorted")]
    operations = [
        migrations.AddField(
            "order",
            "searched",
            models.GeneratedField(
                expression=Lower(Concat(*PARTS, output_field=BytewiseCharField(max_length=313))),
                output_field=BytewiseCharField(max_length=313),
                db_persist=True,
            ),
        ),
    ]
