"""The page: one template, and its context for the signed-in user."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from demo.people import is_demo_person
from orders import trading
from orders.domain.page_tables import page_tables


@require_safe
@never_cache
@ensure_csrf_cookie
def blotter(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    is_demo = is_demo_person(user)
    context = {
        "is_demo": is_demo,
        "has_paper_broker": is_demo and settings.PAPER_BROKER,
        "can_watch": trading.can_watch(user),
        "can_execute": trading.can_execute(user),
        "has_feed": settings.FEED != "off",
        "page_tables": page_tables(),
    }
    return render(request, "blotter.html", context)
