"""Whoever changes their password is rid of everybody who had a token, however it was changed."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from rest_framework.authtoken.models import Token

from tests.servers import PASSWORD
from webapp.accounts import passwords
from webapp.accounts.api import token_of

pytestmark = pytest.mark.django_db(transaction=True)

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "staple-battery-horse"
TWICE = {"new_password1": NEW, "new_password2": NEW}


def on_the_page(alice: User) -> None:
    client = Client()
    client.force_login(alice, BACKEND)
    client.post("/accounts/password_change/", {"old_password": PASSWORD} | TWICE)


def in_the_admin(alice: User) -> None:
    admin = User.objects.create_superuser(username="root", password=PASSWORD)
    client = Client()
    client.force_login(admin, BACKEND)
    fields = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    client.post(f"/admin/auth/user/{alice.pk}/password/", fields)


def by_command(alice: User) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.auth.management.commands.changepassword.getpass.getpass", lambda prompt: NEW)
        call_command("changepassword", "alice", stdout=StringIO())


def by_save(alice: User) -> None:
    alice.set_password(NEW)
    alice.save()


def by_update(alice: User) -> None:
    alice.set_password(NEW)
    User.objects.filter(pk=alice.pk).update(password=alice.password)


def by_bulk_update(alice: User) -> None:
    alice.set_password(NEW)
    User.objects.bulk_update([alice], ["password"])


def by_sql(alice: User) -> None:
    alice.set_password(NEW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_user SET password = %s WHERE id = %s", [alice.password, alice.pk])


def sign_in(password: str, name: str = "alice") -> Any:
    return Client().post("/api/token/", {"username": name, "password": password}, "application/json")


def may_read(token: str) -> bool:
    return Client().get("/api/me/", headers={"authorization": f"Token {token}"}).status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize("change", [on_the_page, in_the_admin, by_command, by_save, by_update, by_bulk_update, by_sql])
def test_a_changed_password_ends_its_owner_s_token_and_the_next_sign_in_makes_another(
    alice: User, bob: User, change: Callable[[User], None]
) -> None:
    old, others = sign_in(PASSWORD).json()["token"], sign_in(PASSWORD, "bob").json()["token"]
    assert may_read(old)

    change(alice)

    assert not may_read(old)
    assert not Token.objects.filter(user=alice).exists()
    assert sign_in(PASSWORD).status_code == 400
    new = sign_in(NEW).json()["token"]
    assert new != old
    assert may_read(new)
    assert may_read(others)


@pytest.mark.both_databases
def test_what_leaves_the_password_leaves_the_token(alice: User) -> None:
    token = sign_in(PASSWORD).json()["token"]

    alice.first_name = "Alice"
    alice.save()
    User.objects.filter(pk=alice.pk).update(password=alice.password)
    call_command("migrate", verbosity=0)

    assert may_read(token)
    assert sign_in(PASSWORD).json()["token"] == token


def test_a_password_that_is_changed_while_somebody_signs_in_with_the_old_one_gives_them_no_token(alice: User) -> None:
    signed_in = authenticate(RequestFactory().get("/"), username="alice", password=PASSWORD)
    assert signed_in is not None
    by_save(alice)

    assert token_of(signed_in) is None
    assert not Token.objects.exists()


def test_the_trigger_steps_aside_for_a_migration_and_comes_back_after_it(alice: User) -> None:
    def is_made() -> bool:
        with connection.cursor() as cursor:
            return passwords._is_made(connection, cursor)

    passwords.step_aside(plan=[])
    assert is_made(), "there is nothing to migrate"
    try:
        passwords.step_aside(plan=["a migration"])
        assert not is_made()
    finally:
        passwords.end_tokens()
    assert is_made()
