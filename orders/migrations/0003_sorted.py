"""An index for each column that a table can be sorted by."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

SORTED = (
    "side",
    "order_type",
    "time_in_force",
    "quantity",
    "price",
    "stop_price",
    "status",
    "cum_qty",
    "leaves_qty",
    "avg_price",
    "text",
    "version",
    "updated_at",
)
# Nulls come last either way. SQLite reads an index so in both directions; PostgreSQL needs one of its own for down.
NULLABLE = ("price", "stop_price", "avg_price")


def add_downward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in NULLABLE:
            columns = f"user_id, {name} DESC NULLS LAST, id DESC"
            schema_editor.execute(f"CREATE INDEX order_down_{name} ON orders_order ({columns})")


def remove_downward(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in NULLABLE:
            schema_editor.execute(f"DROP INDEX order_down_{name}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_kept_totals")]
    operations = [
        *[
            migrations.AddIndex("order", models.Index(fields=["user", name, "id"], name=f"order_sorted_{name}"))
            for name in SORTED
        ],
        migrations.RunPython(add_downward, remove_downward),
    ]
