"""How many orders each tab holds, with how far the log had come by then."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from orders.domain import lifecycle
from orders.log import events


@dataclass(frozen=True)
class Book:
    """How far the log has come, and how many orders each tab holds, whatever is searched and filtered."""

    head: int | dict[str, int]
    counts: dict[str, int]


def book(owner: User | None) -> Book:
    """The owner's as of the present snapshot; everyone's where there is no one owner, with his head by each name."""
    if owner is not None:
        return Book(*events.standing(owner.pk))
    found = events.standings()
    names = events.user_names(found)
    counts = {tab: sum(standing.counts[tab] for standing in found.values()) for tab in lifecycle.TABS}
    return Book({name: found[user_id].head for user_id, name in names.items()}, counts)
