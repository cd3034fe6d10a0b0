"""What a redirect to https would lose is refused: clients repeat a write as a GET, and take its answer for success."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from webapp.errors import not_secure
from webapp.middleware import READING


class RefuseInsecure(SecurityMiddleware):
    """Stands before Django's own, and asks it what it would redirect: that goes on being so for pages that are read.

    A token is refused as well where something is read: it would be sent in the clear once more, each time.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override]
        is_read = request.method in READING and "HTTP_AUTHORIZATION" not in request.META
        return None if is_read or super().process_request(request) is None else not_secure(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return response
