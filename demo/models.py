"""The switch of the demo's order flow."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class DemoRun(models.Model):
    """A demo flow of a demo person: whoever holds `token` plays it until `ends_at`, and says so in `seen_at`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    token = models.UUIDField(default=uuid.uuid4)
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "orders_demorun"  # as it was named when orders had it

    def __str__(self) -> str:
        return f"{self.user_id} until {self.ends_at:%H:%M:%S}"
