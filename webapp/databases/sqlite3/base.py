"""Django's SQLite backend, preparing its commits."""

from __future__ import annotations

from django.db.backends.sqlite3 import base

from webapp.databases.committing import CommittingMixin


class DatabaseWrapper(CommittingMixin, base.DatabaseWrapper):
    pass
