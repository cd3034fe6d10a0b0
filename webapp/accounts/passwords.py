"""Password hashing, and a database trigger that revokes a user's tokens when their password changes.

A trigger, so that it covers every change: a form, a command, `save()`, `QuerySet.update` and plain SQL. (Sessions
contain a digest of the password, so Django ends those.)
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

NAME = "tokens_end_with_password"
TABLES = {"auth_user", "authtoken_token"}

_SQLITE = f"""CREATE TRIGGER {NAME} AFTER UPDATE OF password ON auth_user
    WHEN old.password <> new.password BEGIN
        DELETE FROM authtoken_token WHERE user_id = new.id;
    END"""  # noqa: S608
_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM authtoken_token WHERE user_id = new.id;
            RETURN NULL;
        END $$""",  # noqa: S608
    f"""CREATE TRIGGER {NAME} AFTER UPDATE OF password ON auth_user FOR EACH ROW
        WHEN (old.password IS DISTINCT FROM new.password) EXECUTE FUNCTION {NAME}()""",
)


class Argon2(Argon2PasswordHasher):
    """OWASP's minimum for Argon2id, with a fifth of Django's memory and one thread instead of eight.

    A password hashed at another cost stays valid, and is rehashed when its owner signs in.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


def end_tokens(using: str = "default", **_: Any) -> None:
    """Create the trigger if it is missing. Called after every `migrate`."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if TABLES.difference(connection.introspection.table_names(cursor)) or _is_made(connection, cursor):
            return
        for statement in [_SQLITE] if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def step_aside(using: str = "default", plan: Any = (), **_: Any) -> None:
    """Drop the trigger before migrations: SQLite can't rename a table while a trigger names a table not yet created."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}")


def _is_made(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> bool:
    if connection.vendor == "sqlite":
        cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s", [NAME])
    else:
        cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = 'auth_user'::regclass", [NAME])
    return cursor.fetchone() is not None
