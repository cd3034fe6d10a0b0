"""Provenance of changes: the source and the actor that every event of the current context records."""

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
    """Source and actor of a change; `actor` is the acting user's name, None if no user acts."""

    source: Source = Source.SYSTEM
    actor: str | None = None


NOBODY = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOBODY)


def current() -> Origin:
    return _origin.get()


@contextmanager
def acting(source: Source, actor: str | None = None) -> Iterator[None]:
    """Record everything saved inside as done from `source` by `actor`."""
    token = _origin.set(Origin(source, actor))
    try:
        yield
    finally:
        _origin.reset(token)
