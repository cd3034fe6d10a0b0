"""Demo people: users created once, with passwords of four words in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from xkcdpass import xkcd_password

from demo.people import DEMO_GROUP

ADMIN = "admin"
WORDS = 4
PERMISSIONS = {"desk": "watch_all_orders", "broker": "execute_order"}


def make_people(file: Path, given: str, given_to_admin: str = "") -> list[str]:
    """Create missing demo people; return their names. Passwords are as given, as in the file, or four new words."""
    users = get_user_model()._default_manager
    missing = [name for name in settings.DEMO_PEOPLE if not users.filter(username=name).exists()]
    if not missing:
        return []
    # A second database of the same folder gets the same passwords, so that the file is right for both.
    kept = _kept(file)
    words = xkcd_password.generate_wordlist(wordfile=xkcd_password.locate_wordfile(), min_length=4, max_length=7)
    passwords = {
        name: (name == ADMIN and given_to_admin)
        or given
        or kept.get(name)
        or xkcd_password.generate_xkcdpassword(words, WORDS, delimiter="-")
        for name in missing
    }
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(name=DEMO_GROUP)
        for name, password in passwords.items():
            make = users.create_superuser if name == ADMIN else users.create_user
            person = make(username=name, password=password)
            if name != ADMIN:
                person.groups.add(group)
            if name in PERMISSIONS:
                permission = Permission.objects.get(content_type__app_label="orders", codename=PERMISSIONS[name])
                person.user_permissions.add(permission)
        _keep(file, kept | passwords)
    return missing


def _kept(file: Path) -> dict[str, str]:
    return dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line) if file.exists() else {}


def _keep(file: Path, passwords: dict[str, str]) -> None:
    """Write the passwords atomically, to a file that others can never read."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.writelines(f"{name}:{password}\n" for name, password in passwords.items())
    fresh.replace(file)
