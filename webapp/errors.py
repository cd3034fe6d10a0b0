"""Error responses outside of views: JSON in the API's own shape under /api/, a page elsewhere."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from orders.domain import errors
from webapp.accounts.sign_in_queue import RETRY_AFTER_SECONDS
from webapp.middleware import UNKEPT

TOO_MANY_SIGN_INS = "Too many sign-ins at the moment. Try again in a few seconds."
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
    message = "Not found."
    if not request.path.endswith("/"):
        message = "Not found. Addresses of the API end in a slash."
    return _answer(request, 404, message, defaults.page_not_found, exception)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is down. Whether an interrupted request changed anything is not known."""
    return _plain(request.path, 503, "unavailable", errors.unavailable(request.method))


def too_big(path: str, message: str) -> HttpResponse:
    """413, before the request was processed."""
    return _plain(path, 413, "message_too_big", message)


def too_slow(path: str) -> HttpResponse:
    """408, before the request was processed; it closes the connection."""
    answer = _plain(path, 408, "bad_request", "The request timed out before it was complete. Nothing was done.")
    answer.headers["Connection"] = "close"
    return answer


def not_secure(request: HttpRequest) -> HttpResponse:
    """403 for plain http where only https is served, before the request was processed."""
    return _plain(request.path, 403, "forbidden", "Use https://. Nothing was done.")


def too_many_sign_ins(request: HttpRequest) -> HttpResponse:
    """429, before the password was checked; it does not count as a failed sign-in."""
    answer = _plain(request.path, 429, "rate_limited", TOO_MANY_SIGN_INS)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _plain(path: str, status: int, code: str, message: str) -> HttpResponse:
    # No middleware processes this response.
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": UNKEPT}
    if path.startswith("/api/"):
        answer: HttpResponse = JsonResponse({"code": code, "message": message}, status=status, headers=headers)
    else:
        answer = HttpResponse(message, status=status, headers=headers, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return _answer(request, 500, errors.internal(request.method), defaults.server_error)
