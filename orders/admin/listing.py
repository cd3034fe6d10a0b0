"""The admin's order list: the cost of a page does not grow with the number of orders.

Without a filter, the count comes from the owners' counters. A short filtered list is counted and fetched by ids; of a
long one only a lower bound is shown.
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

# A filtered list is counted, and can be paged through, up to here.
EXACT = 1000
NOTE = 40


class More(int):
    """A lower bound of a count, shown with a plus sign."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class OrderPaginator(Paginator):
    """Pages of an order list, with a bounded count."""

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
    """The start of the note, so that the other columns stay visible."""
    return Truncator(order.text).chars(NOTE)


def found(orders: OrderQuerySet[Order], term: str) -> OrderQuerySet[Order]:
    """The orders of the user with this name, or else those that a search for the term finds."""
    owner = User.objects.filter(username=term).first()
    if owner is not None:
        return orders.filter(user_id=owner.pk)
    query = Query("all", Q(), term, ())
    sought = query.term(orders.db)
    few = search.narrowed(orders, sought, orders)
    return query.filtered(orders if few is None else few, sought)
