"""Answers to what no view answers: JSON in the API's own shape under /api/, a page elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

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
    return _answer(request, 404, "There is nothing here.", defaults.page_not_found, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Something went wrong here; nothing was changed.", defaults.server_error)
