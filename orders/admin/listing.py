"""The admin's list of orders: what a page costs does not grow with the number of orders.

All orders are counted by their owners' counters, few are counted and fetched by their ids, and of many it is said
that they are more than that.
"""

from __future__ import annotations

from functools import cached_property

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.utils.text import Truncator

from orders.listing import search
from orders.listing.filters import Query
from orders.models import EventCounter, Order
from orders.models.querysets import OrderQuerySet

# Up to here a narrowed list is counted, and can be paged through.
EXACT = 1000
NOTE = 40


class More(int):
    """At least so many; it says so where it is shown."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class OrderPaginator(Paginator):
    """Pages of a list of orders, counted up to a point."""

    object_list: QuerySet[Order]

    @cached_property
    def count(self) -> int:
        orders = self.object_list
        if not orders.query.has_filters():
            kept = EventCounter.objects.aggregate(total=Sum("working") + Sum("filled") + Sum("closed"))
            return kept["total"] or 0
        ids = list(orders.order_by().values_list("pk", flat=True)[: EXACT + 1])
        if len(ids) > EXACT:
            return More(EXACT)
        self.object_list = Order.objects.filter(pk__in=ids).select_related("user").order_by(*orders.query.order_by)
        return len(ids)


@admin.display(description="Placed (UTC)")
def placed_at(order: Order) -> str:
    return f"{order.created_at:%Y-%m-%d %H:%M:%S}"


@admin.display(description="Symbol")
def symbol(order: Order) -> str:
    return str(order.symbol_id)


@admin.display(description="Note")
def note(order: Order) -> str:
    """So much of it that the other columns stay in sight."""
    return Truncator(order.text).chars(NOTE)


def found(orders: OrderQuerySet[Order], term: str) -> OrderQuerySet[Order]:
    """The orders of this person, or else those that a search for the term finds."""
    owner = User.objects.filter(username=term).first()
    if owner is not None:
        return orders.filter(user_id=owner.pk)
    query = Query("all", Q(), term, ())
    sought = query.term(orders.db)
    few = search.narrowed(orders, sought, orders)
    return query.filtered(orders if few is None else few, sought)
