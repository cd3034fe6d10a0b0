"""Django's SQLite backend with the pre-commit hook, and with files that only their owner can read."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base

from webapp.db.committing import CommittingMixin
from webapp.private import keep_private


class DatabaseWrapper(CommittingMixin, base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        keep_private(str(conn_params["database"]))
        return super().get_new_connection(conn_params)
