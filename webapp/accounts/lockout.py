"""Remaining lockout time of a name and address after too many failed sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone


def seconds_left(name: str | None, address: str | None) -> int:
    """Whole seconds until sign-in is possible again, at least one.

    django-axes adds up the failures of all browsers at an address, and drops each browser's failures
    `AXES_COOLOFF_TIME` after its last one.
    """
    now = timezone.now()
    lasting = timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(username=name, ip_address=address, attempt_time__gt=now - lasting)
    counted: list[tuple[datetime, int]] = list(
        attempts.order_by("attempt_time").values_list("attempt_time", "failures_since_start")
    )
    left = sum(failures for _, failures in counted)
    for at, failures in counted:
        left -= failures
        if left < settings.AXES_FAILURE_LIMIT:
            return max(1, ceil((at - now + lasting) / timedelta(seconds=1)))
    return 1
