"""Demo people: the members of the group `demo`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

DEMO_GROUP = "demo"


def is_demo_person(user: Any) -> bool:
    return bool(user.is_authenticated and user.groups.filter(name=DEMO_GROUP).exists())


def demo_people_exist() -> bool:
    return bool(User.objects.filter(groups__name=DEMO_GROUP).exists())


def demo_people(request: HttpRequest) -> dict[str, Any]:
    """Template context of the sign-in page, which says where the demo passwords are while demo people exist."""
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        return {}
    return {"demo_people_exist": demo_people_exist}
