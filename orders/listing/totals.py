"""Totals: the number of orders in each tab, with the log's head at the same moment."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from orders.domain import lifecycle
from orders.log import events


@dataclass(frozen=True)
class Book:
    """The totals of an order list: the log's head, and the number of orders in each tab without search and filters."""

    head: int | dict[str, int]
    counts: dict[str, int]


def book(owner: User | None) -> Book:
    """The owner's totals as of the current snapshot; without an owner everyone's, with each owner's head by name."""
    if owner is not None:
        return Book(*events.owner_totals(owner.pk))
    found = events.all_totals()
    names = events.user_names(found)
    counts = {tab: sum(totals.counts[tab] for totals in found.values()) for tab in lifecycle.TABS}
    return Book({name: found[user_id].head for user_id, name in names.items()}, counts)
