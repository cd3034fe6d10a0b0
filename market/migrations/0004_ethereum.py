"""The demo's Ether is called Ethereum, so that a search finds it by that name; what somebody has named stays."""

from __future__ import annotations

from typing import Any

from django.db import migrations

NAMES = {
    "ETHUSD": ("Ether / US dollar", "Ethereum / US dollar"),
    "ETHEUR": ("Ether / Euro", "Ethereum / Euro"),
}


def rename(apps: Any, schema_editor: Any) -> None:
    instruments = apps.get_model("market", "Instrument")._base_manager.using(schema_editor.connection.alias)
    for symbol, (before, name) in NAMES.items():
        instruments.filter(symbol=symbol, name=before).update(name=name)


class Migration(migrations.Migration):
    dependencies = [("market", "0003_readable_names")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
