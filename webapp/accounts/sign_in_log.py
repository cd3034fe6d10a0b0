"""Audit log of sign-ins, failed sign-ins and sign-outs: one line each, never with a password or token."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

log = logging.getLogger(__name__)


def signed_in(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    _tell("signed in", user.get_username(), request)


def failed(sender: object, request: HttpRequest | None, credentials: dict[str, Any], **kwargs: Any) -> None:
    _tell("failed to sign in", credentials.get(User.USERNAME_FIELD), request)


def signed_out(sender: object, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _tell("signed out", user.get_username(), request)


def connect() -> None:
    user_logged_in.connect(signed_in)
    user_login_failed.connect(failed)
    user_logged_out.connect(signed_out)


def _tell(what: str, name: object, request: HttpRequest | None) -> None:
    """Log the name by its repr: in quotes, on one line, with invisible characters escaped."""
    if request is None:
        log.info("%r %s", name, what)
    else:
        log.info("%r %s from %s at %s", name, what, request.META.get("REMOTE_ADDR", "?"), request.path)
