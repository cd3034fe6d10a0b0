"""`manage.py make_administrator`: creates an administrator from the environment or prompts, for create_superuser.sh."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError

from market.support.database_command import DatabaseCommand
from webapp import env


class Command(DatabaseCommand):
    help = "Creates an administrator; the password is given, typed, or generated and printed once."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._make()
        except (KeyboardInterrupt, EOFError):
            raise CommandError("Stopped; nothing was changed.") from None

    def _make(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        terminal = sys.stdin.isatty()
        name = env.text("DJANGO_SUPERUSER_USERNAME") or (input("Name [admin]: ").strip() if terminal else "") or "admin"
        users = get_user_model()._default_manager
        if users.filter(username=name).exists():
            raise CommandError(f"A user {name} already exists; nothing was changed.")
        email = env.text("DJANGO_SUPERUSER_EMAIL") or (input("Email: ").strip() if terminal else "")
        password = env.text("DJANGO_SUPERUSER_PASSWORD")
        made = ""
        if not password:
            password = self._typed() if terminal else (made := secrets.token_urlsafe(18))
        person = get_user_model()(username=name, email=email, is_staff=True, is_superuser=True)
        try:
            person.full_clean(exclude=["password"])
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        users.create_superuser(username=name, email=email, password=password)
        self.stdout.write(f"Created the administrator {name}.")
        if made:
            self.stdout.write(f"Password, shown this once: {made}")

    def _typed(self) -> str:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("The two passwords differ; nothing was changed.")
        return password
