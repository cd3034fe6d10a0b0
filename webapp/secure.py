"""Refuse writes over plain http: clients repeat a redirected write as a GET, and mistake its answer for success."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from webapp.errors import not_secure
from webapp.middleware import READING


class RefuseInsecure(SecurityMiddleware):
    """Runs before Django's SecurityMiddleware and refuses what that would redirect, except reads.

    Reads with a token are refused as well: with a redirect, the client would send the token in clear text each time.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override]
        is_read = request.method in READING and "HTTP_AUTHORIZATION" not in request.META
        return None if is_read or super().process_request(request) is None else not_secure(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return response
