"""What a search looks through, as a column of its own; its index is made after every migration (orders.listing.search_index)."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Concat, Lower

from market.values.fields import BytewiseCharField

PARTS = ("symbol", models.Value("\n"), "client_order_id", models.Value("\n"), "text")


def drop_index(apps: Any, schema_editor: Any) -> None:
    """SQLite drops no column that a trigger names; PostgreSQL's index goes with it."""
    if schema_editor.connection.vendor == "sqlite":
        for name in ("orders_search_inserted", "orders_search_updated", "orders_search_deleted"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        for name in ("orders_search_gram", "orders_search", "orders_search_state"):
            schema_editor.execute(f"DROP TABLE IF EXISTS {name}")


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
        migrations.RunPython(migrations.RunPython.noop, drop_index),
    ]
