"""What a view takes and what it costs, known from its address before anything of a request's body is read."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import parse_cookie
from django.urls import Resolver404, ResolverMatch, resolve

from orders.api.json import SMALL_BYTES

# Every page that checks or makes a password when it is posted; of the API's views it is their attribute `hashes`.
HASHING = frozenset(
    {
        "login",
        "password_change",
        "admin:login",
        "admin:password_change",
        "admin:auth_user_add",
        "admin:auth_user_password_change",
    }
)

Headers = Iterable[tuple[bytes, bytes]]


def hashes(path: str) -> bool:
    """Whether a POST to this address may cost what a password costs."""
    match = _match(path)
    return match is not None and (match.view_name in HASHING or getattr(_view(match), "hashes", False))


def most_bytes(path: str, headers: Headers) -> int:
    """How large a body may be: small, unless the view needs more and somebody signed in seems to send it.

    Whether the sign-in is good is found out by the view, before it reads a large body.
    """
    match = _match(path)
    if match is None or match.view_name in HASHING or not has_credentials(headers):
        return SMALL_BYTES
    if "admin" in match.app_names:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or SMALL_BYTES
    return int(getattr(_view(match), "most_bytes", SMALL_BYTES))


def has_credentials(headers: Headers) -> bool:
    """Whether a token or a session comes along; the names of the headers are in lower case."""
    for name, value in headers:
        if name == b"authorization":
            return True
        if name == b"cookie" and settings.SESSION_COOKIE_NAME in parse_cookie(value.decode("latin-1")):
            return True
    return False


def _match(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _view(match: ResolverMatch) -> object:
    """The class of a view of the API, else the view itself."""
    return getattr(match.func, "cls", match.func)
