"""Admin lists with invalid input, which no page sends: an invalid id selects nothing, an invalid filter finds all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import ValidationError
from django.db import DataError, OperationalError
from django.db.models import IntegerField, Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.deprecation import MiddlewareMixin

from market.support.reasons import reason
from market.values import decimals
from webapp.middleware import READING


class RefuseStrangeChoices(MiddlewareMixin):
    """Refuses actions on invalid ids: Django passes the ids unchecked to the database, which fails on them."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        admin = getattr(view, "model_admin", None)
        if request.method != "POST" or admin is None:
            return None
        if all(_is_id(admin.model, chosen) for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            return None
        messages.error(request, f"There are no such {admin.model._meta.verbose_name_plural}. Nothing was done.")
        return HttpResponseRedirect(request.get_full_path())


class RefuseStrangeLookups(MiddlewareMixin):
    """Redirects a filter with an unusable value in the way that Django redirects any other bad filter.

    Django checks whether a filter is allowed, but only the database finds that its value is unusable: a year or an id
    of 25 digits, or an invalid pattern.
    """

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or "admin" not in match.app_names or not (match.url_name or "").endswith("_changelist"):
            return None
        if request.method not in READING or not request.GET or ERROR_FLAG in request.GET:
            return None
        return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1") if _is_of_a_lookup(error) else None


def _is_of_a_lookup(error: Exception) -> bool:
    # On SQLite, patterns are matched by a Python function of Django.
    is_of_a_pattern = isinstance(error, OperationalError) and "user-defined function" in reason(error)
    return is_of_a_pattern or isinstance(error, OverflowError | ValueError | DataError)


def _is_id(model: type[Model], text: str) -> bool:
    field: Any = model._meta.pk
    try:
        if isinstance(field, IntegerField):
            decimals.whole(text)
        field.clean(text, None)
    except (decimals.BadNumber, ValidationError):
        return False
    return True
