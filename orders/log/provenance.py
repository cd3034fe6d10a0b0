"""Where a change comes from: the source and the actor that every event of the present context is stamped with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import NamedTuple


class Source(StrEnum):
    PAGE = "page"
    REST = "rest"
    SOCKET = "socket"
    ADMIN = "admin"
    SYSTEM = "system"
    IMPORT = "import"


class Origin(NamedTuple):
    """`actor` is the acting person's user name; None where no person acts."""

    source: Source = Source.SYSTEM
    actor: str | None = None


NOBODY = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOBODY)


def current() -> Origin:
    return _origin.get()


@contextmanager
def acting(source: Source, actor: str | None = None) -> Iterator[None]:
    """Everything saved inside is recorded as done from `source` by `actor`."""
    token = _origin.set(Origin(source, actor))
    try:
        yield
    finally:
        _origin.reset(token)
