"""The switch of the demo's flow, whose table `orders` had made."""

import uuid

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("orders", "0007_demo_run_is_the_demos"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="DemoRun",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=models.CASCADE,
                                primary_key=True,
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("token", models.UUIDField(default=uuid.uuid4)),
                        ("ends_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={"db_table": "orders_demorun"},
                )
            ]
        )
    ]
