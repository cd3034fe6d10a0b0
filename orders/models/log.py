"""The owners' event logs: the events, and each owner's counter row."""

from __future__ import annotations

from django.conf import settings
from django.db import models

# The columns that count the orders of a tab; the tab `all` is their sum.
KEPT = ("working", "filled", "closed")


class EventCounter(models.Model):
    """An owner's counter row: the newest event number, the newest number trimmed, and their orders by tab."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    head = models.BigIntegerField(default=0)
    trimmed = models.BigIntegerField(default=0)
    working = models.BigIntegerField(default=0)
    filled = models.BigIntegerField(default=0)
    closed = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.head}"


class OrderEvent(models.Model):
    """One committed change of one order. Append-only; `body` is the event's JSON text, final when it is written."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    order_id = models.BigIntegerField()
    version = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=16)
    source = models.CharField(max_length=8)
    actor = models.CharField(max_length=150, null=True)
    at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "seq"], name="event_seq_once"),
            models.UniqueConstraint(fields=["order_id", "version"], name="event_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.seq} {self.kind}"
