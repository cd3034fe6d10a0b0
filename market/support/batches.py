"""Batches of values for queries with `IN (…)`: a statement takes so many parameters, and no more, on every database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

BATCH = 500


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in order, in lists of at most BATCH."""
    remaining = iter(values)
    while batch := list(islice(remaining, BATCH)):
        yield batch
