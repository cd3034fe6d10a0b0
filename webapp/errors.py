"""Answers to what no view answers: JSON in the API's own shape under /api/, a page elsewhere."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from orders import errors

CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 500: "internal"}


def _answer(request: HttpRequest, status: int, message: str, page: Any, *args: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": CODES[status], "message": message}, status=status)
    return page(request, *args)  # type: ignore[no-any-return]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, "This request can't be understood.", defaults.bad_request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "This is not allowed.", defaults.permission_denied, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = "There is nothing here."
    if not request.path.endswith("/"):
        message = "There is nothing here; an address of the API ends in a slash."
    return _answer(request, 404, message, defaults.page_not_found, exception)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away. What a broken-off request had asked for may have been done or not."""
    message = errors.unavailable(request.method)
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "unavailable", "message": message}, status=503)
    return HttpResponse(message, status=503, content_type="text/plain; charset=utf-8")


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return _answer(request, 500, errors.internal(request.method), defaults.server_error)
