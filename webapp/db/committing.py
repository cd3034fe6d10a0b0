"""Work right before a commit, in the transaction itself: where a lock must be short, it is taken then.

A callable that was given to `transaction.on_commit` may have `before_commit`, a function that is called once for all
of them that the transaction still holds (what a savepoint took back is gone by then), as
`before_commit(connection, callables)`. If it raises, the transaction is rolled back and the commit raises.
"""

from __future__ import annotations

from typing import Any


class CommittingMixin:
    """In front of a backend's `DatabaseWrapper`."""

    run_on_commit: list[Any]

    def commit(self) -> None:
        try:
            self.prepare_commit()
        except BaseException:
            super().rollback()  # type: ignore[misc]
            raise
        super().commit()  # type: ignore[misc]

    def prepare_commit(self) -> None:
        """Does what is to be done before a commit; also for a transaction that will never come to one, as a test's."""
        callables = [func for _, func, _ in self.run_on_commit if hasattr(func, "before_commit")]
        for before_commit in dict.fromkeys(func.before_commit for func in callables):
            before_commit(self, [func for func in callables if func.before_commit is before_commit])
