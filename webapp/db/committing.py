"""Pre-commit hook: work right before the commit, inside the transaction, so that its locks are held only briefly.

A callable passed to `transaction.on_commit` may have an attribute `before_commit`: a function that is called once, as
`before_commit(connection, callables)`, with all such callables that the transaction still holds (those of a rolled-back
savepoint are gone by then). If it raises, the transaction is rolled back and the commit raises.
"""

from __future__ import annotations

from typing import Any


class CommittingMixin:
    """A mixin to put before a backend's `DatabaseWrapper`."""

    run_on_commit: list[Any]

    def commit(self) -> None:
        try:
            self.prepare_commit()
        except BaseException:
            super().rollback()  # type: ignore[misc]
            raise
        super().commit()  # type: ignore[misc]

    def prepare_commit(self) -> None:
        """Run the pre-commit hooks; a test may call it for a transaction that it never commits."""
        callables = [func for _, func, _ in self.run_on_commit if hasattr(func, "before_commit")]
        for before_commit in dict.fromkeys(func.before_commit for func in callables):
            before_commit(self, [func for func in callables if func.before_commit is before_commit])
