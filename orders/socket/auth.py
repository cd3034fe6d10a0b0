"""Authenticates the WebSocket handshake (host, origin, session or token), and re-checks its credentials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from django.utils.module_loading import import_string
from rest_framework.authtoken.models import Token

from market.support.batches import batches
from orders import trading
from orders.store.compiled_queries import GIVEN, GIVEN_NUMBER, Prepared

PERSON = Prepared(User, pk=GIVEN_NUMBER)
PERSON_OF_TOKEN = Prepared(User, auth_token__key=GIVEN)
SESSION = Prepared(Session, session_key=GIVEN)

# No user info, path, query or fragment: an origin is compared as text, not as some parser may understand it.
ORIGIN = re.compile(r"(https?)://([^\s/?#@\\]+?)(?::([0-9]+))?", re.IGNORECASE)
USUAL_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials a socket was accepted with; valid as long as all of them hold."""

    user: User
    password: str
    session_key: str | None
    token: str | None


def header(scope: dict[str, Any], name: bytes) -> str | None:
    """The handshake's header, or None where it is missing or given twice."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def has_token(scope: dict[str, Any]) -> bool:
    return any(key == b"authorization" for key, _ in scope["headers"])


def address(scope: dict[str, Any]) -> str:
    """The client's address; behind the site's own proxy, the address that the proxy reports."""
    client = scope.get("client")
    return str(client[0]) if client else "?"


def is_known_host(scope: dict[str, Any]) -> bool:
    """Whether the handshake's host is one that this site answers to."""
    domain, _ = split_domain_port(header(scope, b"host") or "")
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def is_secure(scope: dict[str, Any]) -> bool:
    """Whether the handshake came over TLS; the proxy that terminates TLS reports it, and is trusted where TLS is on."""
    forwarded = header(scope, b"x-forwarded-proto") if settings.TLS else None
    return scope.get("scheme") == "wss" or (forwarded or "").split(",")[0].strip() == "https"


def is_same_origin(scope: dict[str, Any]) -> bool:
    """Whether the handshake's origin is this site's own scheme, host and port, or a listed origin."""
    origin = header(scope, b"origin")
    # Behind a proxy the handshake itself is plain; the site's pages are https wherever TLS is on.
    scheme = "https" if settings.TLS or is_secure(scope) else "http"
    return origin is not None and _is_own(origin, f"{scheme}://{header(scope, b'host')}")


def is_foreign(request: HttpRequest) -> bool:
    """Whether another site's page sent this request: browsers say so in a header that other clients don't send."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    if origin is not None:
        return not _is_own(origin, f"{request.scheme}://{request.get_host()}")
    return site not in ("none", "same-origin")


def normal(origin: str) -> str | None:
    """The origin in lower case, without its scheme's default port; None where it is not a valid origin."""
    found = ORIGIN.fullmatch(origin)
    if found is None:
        return None
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    return f"{scheme}://{host}" if port in (None, USUAL_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _is_own(origin: str, own: str) -> bool:
    found = normal(origin)
    return found is not None and found in {normal(each) for each in (own, *settings.ALLOWED_ORIGINS)}


def find_credentials(scope: dict[str, Any]) -> Credentials | None:
    """The credentials from the handshake's token or session; None if they are not valid."""
    return _by_token(scope) if has_token(scope) else _by_session(scope)


def _by_token(scope: dict[str, Any]) -> Credentials | None:
    scheme, _, key = (header(scope, b"authorization") or "").partition(" ")
    if scheme.lower() != "token" or not key.isascii() or not key.isalnum():
        return None
    token = Token.objects.select_related("user").filter(key=key, user__is_active=True).first()
    return None if token is None else Credentials(token.user, token.user.password, None, token.key)


def _by_session(scope: dict[str, Any]) -> Credentials | None:
    key = parse_cookie(header(scope, b"cookie") or "").get(settings.SESSION_COOKIE_NAME)
    if not key or "\0" in key:  # PostgreSQL allows no NUL in text; a cookie may encode it as \000
        return None
    session: SessionBase = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)
    if SESSION_KEY not in session:
        return None
    request = HttpRequest()
    request.session = session
    user = get_user(request)
    return Credentials(user, user.password, key, None) if user.is_authenticated and user.is_active else None


def person_of(held: Credentials) -> User | None:
    """The user of the credentials, freshly read; None if the credentials are no longer valid."""
    user: User | None = None
    if held.token:
        user = PERSON_OF_TOKEN.first(held.token)
    elif held.session_key and (session := SESSION.first(held.session_key)) and session.expire_date > timezone.now():
        user = PERSON.first(held.user.pk)
    is_good = user is not None and user.is_active and (user.pk, user.password) == (held.user.pk, held.password)
    return user if is_good else None


def still_good(credentials: Iterable[Credentials]) -> set[Credentials]:
    """The credentials whose user is active with the same password and whose session or token exists, in few queries."""
    wanted = list(credentials)
    users = _users({held.user.pk for held in wanted})
    sessions = {held.session_key for held in wanted if held.session_key}
    tokens = {held.token for held in wanted if held.token}
    alive: set[str] = set()
    for batch in batches(sorted(sessions)):
        found = Session.objects.filter(session_key__in=batch, expire_date__gt=timezone.now())
        alive.update(found.values_list("session_key", flat=True))
    for batch in batches(sorted(tokens)):
        alive.update(Token.objects.filter(key__in=batch).values_list("key", flat=True))
    return {
        held
        for held in wanted
        if users.get(held.user.pk) == held.password and (held.session_key or held.token) in alive
    }


def still_watching(credentials: Iterable[Credentials]) -> set[Credentials]:
    """The credentials whose user may still follow others."""
    wanted = list(credentials)
    people = User.objects.in_bulk({held.user.pk for held in wanted})
    return {held for held in wanted if held.user.pk in people and trading.can_watch(people[held.user.pk])}


def _users(ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for batch in batches(sorted(ids)):
        active = User.objects.filter(pk__in=batch, is_active=True)
        found.update(active.values_list("pk", "password"))
    return found
