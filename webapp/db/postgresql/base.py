"""Django's PostgreSQL backend with the pre-commit hook."""

from __future__ import annotations

from django.db.backends.postgresql import base

from webapp.db.committing import CommittingMixin


class DatabaseWrapper(CommittingMixin, base.DatabaseWrapper):
    pass
