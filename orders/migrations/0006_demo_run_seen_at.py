"""When a demo flow was last seen to play, so that one whose process died can be taken over."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_arrival_price")]
    operations = [
        migrations.AddField("demorun", "seen_at", models.DateTimeField(default=django.utils.timezone.now)),
    ]
