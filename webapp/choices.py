"""Actions of the admin's lists: what is no id of the list's model, which no page sends, chooses nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import IntegerField, Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.deprecation import MiddlewareMixin

from market import decimals


class RefuseStrangeChoices(MiddlewareMixin):
    """Django hands what was chosen to the database as it is, which fails on it, for every model alike."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        admin = getattr(view, "model_admin", None)
        if request.method != "POST" or admin is None:
            return None
        if all(_is_id(admin.model, chosen) for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            return None
        messages.error(request, f"There are no such {admin.model._meta.verbose_name_plural}. Nothing was done.")
        return HttpResponseRedirect(request.get_full_path())


def _is_id(model: type[Model], text: str) -> bool:
    field: Any = model._meta.pk
    try:
        if isinstance(field, IntegerField):
            decimals.whole(text)
        field.clean(text, None)
    except (decimals.BadNumber, ValidationError):
        return False
    return True
