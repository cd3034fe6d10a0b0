"""The demo's people: made once, with passwords of four words kept in a file that only its owner reads."""

from __future__ import annotations

import os
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from xkcdpass import xkcd_password

DEMO_GROUP = "demo"
WORDS = 4
PERMISSIONS = {"desk": "watch_all_orders", "broker": "execute_order"}
NAMES = ("alice", "bob", "desk", "broker", "admin")


def make_people(file: Path, given: str) -> list[str]:
    """Makes whoever is missing, with `given` or a password of four words; the names of those who were made."""
    users = get_user_model()._default_manager
    missing = [name for name in NAMES if not users.filter(username=name).exists()]
    if not missing:
        return []
    words = xkcd_password.generate_wordlist(wordfile=xkcd_password.locate_wordfile(), min_length=4, max_length=7)
    passwords = {name: given or xkcd_password.generate_xkcdpassword(words, WORDS, delimiter="-") for name in missing}
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(name=DEMO_GROUP)
        for name, password in passwords.items():
            make = users.create_superuser if name == "admin" else users.create_user
            person = make(username=name, password=password)
            if name != "admin":
                person.groups.add(group)
            if name in PERMISSIONS:
                permission = Permission.objects.get(content_type__app_label="orders", codename=PERMISSIONS[name])
                person.user_permissions.add(permission)
        _keep(file, passwords)
    return missing


def _keep(file: Path, passwords: dict[str, str]) -> None:
    """Adds these to the file, in place of older ones of the same names; the file is whole at every moment."""
    kept = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line) if file.exists() else {}
    whole = "".join(f"{name}:{password}\n" for name, password in (kept | passwords).items())
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(whole)
    fresh.replace(file)
