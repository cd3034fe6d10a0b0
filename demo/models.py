"""The stored switch of the demo flow."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class DemoRun(models.Model):
    """A demo person's flow: the thread that holds `token` plays it until `ends_at`; `seen_at` is its heartbeat."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    token = models.UUIDField(default=uuid.uuid4)
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "orders_demorun"  # its name from when it belonged to the app `orders`

    def __str__(self) -> str:
        return f"{self.user_id} until {self.ends_at:%H:%M:%S}"
