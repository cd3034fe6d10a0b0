"""How many orders each tab of an owner holds, kept by the write path from now on and counted once for what stands."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

TABS = {
    "working": ("pending_new", "new", "partially_filled", "pending_cancel"),
    "filled": ("filled",),
    "closed": ("canceled", "rejected", "expired"),
}


def count(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    orders = apps.get_model("orders", "Order")._base_manager.using(alias)
    counters = apps.get_model("orders", "EventCounter").objects.using(alias)
    for user_id in orders.order_by().values_list("user_id", flat=True).distinct():
        totals = {tab: orders.filter(user_id=user_id, status__in=statuses).count() for tab, statuses in TABS.items()}
        counters.update_or_create(user_id=user_id, defaults=totals)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        *[migrations.AddField("eventcounter", tab, models.BigIntegerField(default=0)) for tab in TABS],
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
