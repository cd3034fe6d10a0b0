"""Middleware: sessions, refusal of NUL characters, isolation headers, addresses and static files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from whitenoise.middleware import WhiteNoiseMiddleware

# Browser features that our pages don't use, denied so that injected code can't use them either.
POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
# No cache may store a user's responses, unless their view says otherwise.
UNKEPT = "private, no-store"
# Files in the static folder that are only for collecting it.
NOT_SERVED = ("staticfiles.json", ".stamp")

READING = ("GET", "HEAD")
# Load balancers and container health checks use any address of a server.
HEALTH = "/health/"


class Sessions(SessionMiddleware):
    """Django's, which deletes the cookie of a session that has ended: the browser may have a newer one by now.

    That happens where a user signs in anew in one tab while another tab's request is in progress. Only what ends a
    session deletes its cookie here.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.session.is_empty() and not request.session.modified:
            if request.session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)


class RefuseNul(MiddlewareMixin):
    """Refuses a NUL in path, header, cookie (which may spell it `\\000`) or parameter: PostgreSQL's text can't hold it.

    The API validates its own parameters, and names the invalid one.
    """

    def process_request(self, request: HttpRequest) -> None:
        headers = (value for value in request.META.values() if isinstance(value, str))
        if any("\0" in value for value in chain(headers, request.COOKIES.values())):
            raise BadRequest("The path, a header or a cookie contains a NUL character.")
        if not request.path.startswith("/api/") and any("\0" in text for text in chain(*_parameters(request))):
            raise BadRequest("A parameter contains a NUL character.")


def _parameters(request: HttpRequest) -> Iterator[tuple[str, ...]]:
    """The name and values of each parameter, decoded as views see them."""
    return ((name, *values) for name, values in request.GET.lists())


class IsolationHeaders(MiddlewareMixin):
    """Cross-origin isolation, which raises the resolution of the page's clock from 100 to 5 µs, and no API caching."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", POLICY)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", UNKEPT)
        return response


class Addresses(CommonMiddleware):
    """Django's checks: the host must be the site's (not for /health/), and a read without a last slash is redirected.

    A write without it is 404: most clients would repeat a redirected write as a GET, and mistake the list that they get
    for success.
    """

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.method not in READING and not request.path_info.endswith("/"):
            raise Http404("Addresses that accept writes end in a slash.")
        return None if request.path_info.startswith(HEALTH) else super().process_request(request)


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise without the files in NOT_SERVED."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        if Path(path).name not in NOT_SERVED:
            super().add_file_to_dictionary(url, path, stat_cache)
