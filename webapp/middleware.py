"""What requests and answers pass: no NUL in the one, isolation headers on the other; addresses, static files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.utils.deprecation import MiddlewareMixin
from whitenoise.middleware import WhiteNoiseMiddleware

# What no page of ours asks a browser for, so that nothing that is ever injected into one gets it.
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
# What one person sees is kept by no cache, unless the view has said how.
UNKEPT = "private, no-store"
# What lies beside the served files and is for whoever collects them.
NOT_SERVED = ("staticfiles.json", ".stamp")

READING = ("GET", "HEAD")
# Load balancers, and containers that look after themselves, ask by whatever address a server has.
HEALTH = "/health/"


class RefuseNul(MiddlewareMixin):
    """A NUL in path, header, cookie (which may spell it `\\000`) or parameter is refused: PostgreSQL's text has none.

    The API's own parameters are refused by their names, with whatever else is not allowed in them.
    """

    def process_request(self, request: HttpRequest) -> None:
        headers = (value for value in request.META.values() if isinstance(value, str))
        if any("\0" in value for value in chain(headers, request.COOKIES.values())):
            raise BadRequest("The path, a header or a cookie holds a NUL.")
        if not request.path.startswith("/api/") and any("\0" in text for text in chain(*_parameters(request))):
            raise BadRequest("A parameter holds a NUL.")


def _parameters(request: HttpRequest) -> Iterator[tuple[str, ...]]:
    """Each one's name and values, as whoever reads them decodes them."""
    return ((name, *values) for name, values in request.GET.lists())


class IsolationHeaders(MiddlewareMixin):
    """Nothing foreign is embedded, the page's clock resolves 5 µs instead of 100, no cache keeps what the API says."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", POLICY)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", UNKEPT)
        return response


class Addresses(CommonMiddleware):
    """Django's own: the host is one of the site's (not for /health/), and a reader finds a path without its last slash.

    A write without it is not found: most clients would repeat a redirected one as a GET, and take the list that they
    get for success.
    """

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.method not in READING and not request.path_info.endswith("/"):
            raise Http404("An address that is written to ends in a slash.")
        return None if request.path_info.startswith(HEALTH) else super().process_request(request)


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise without the files that it finds beside those to be served."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        if Path(path).name not in NOT_SERVED:
            super().add_file_to_dictionary(url, path, stat_cache)
