"""A view's body limit and whether it hashes a password, looked up by path before the request's body is read."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import parse_cookie
from django.urls import Resolver404, ResolverMatch, resolve

from orders.api.json import SMALL_BYTES

# Every page that hashes a password when it is posted; views of the API have an attribute `hashes` instead.
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
    """Whether a POST to this path may hash a password, which is slow."""
    match = _match(path)
    return match is not None and (match.view_name in HASHING or getattr(_view(match), "hashes", False))


def most_bytes(path: str, headers: Headers) -> int:
    """The max size of a body: small, unless the view needs more and the request has credentials.

    The view verifies the credentials before it reads a large body.
    """
    match = _match(path)
    if match is None or match.view_name in HASHING or not has_credentials(headers):
        return SMALL_BYTES
    if "admin" in match.app_names:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or SMALL_BYTES
    return int(getattr(_view(match), "most_bytes", SMALL_BYTES))


def has_credentials(headers: Headers) -> bool:
    """Whether the request has a token or a session cookie; header names are in lower case."""
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
