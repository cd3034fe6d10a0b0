"""Sign-in on the page and in the admin: forms and messages, session key, and the answer during a lockout."""

from __future__ import annotations

from math import ceil
from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from webapp.accounts import lockout

NO_MATCH = "Name and password do not match."


class SignInForm(AuthenticationForm):
    """Creates a new session key at each sign-in; Django keeps it if the same user signs in again."""

    error_messages = {"invalid_login": NO_MATCH, "inactive": NO_MATCH}

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if self.request is not None and SESSION_KEY in self.request.session:
            self.request.session.cycle_key()


class AdminSignInForm(SignInForm, AdminAuthenticationForm):
    error_messages = SignInForm.error_messages | {"invalid_login": f"{NO_MATCH} Only staff sign in here."}


class SignIn(LoginView):
    """The sign-in page. Redirects users who are already signed in; submitting the form always signs in."""

    authentication_form = SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The address in `next`, if it is on this site and not this page itself."""
        found: str = super().get_redirect_url()
        return "" if urlsplit(found).path == self.request.path else found


def locked_out(request: HttpRequest, answer: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """429 with the remaining lockout time; django-axes sends it instead of the answer to a refused sign-in."""
    name = (credentials or {}).get(User.USERNAME_FIELD)
    seconds = lockout.seconds_left(name, request.META.get("REMOTE_ADDR"))
    response = render(request, "registration/locked_out.html", {"minutes": ceil(seconds / 60)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
