"""Pagination: the count of a query's orders, exact up to a limit, and any page of them.

Few orders are read by id and sorted. Many are scanned in the order of an index that matches the sort, and the scan ends
at the page's end. So no request counts all of them, and the count that is reported is always true.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from orders.domain.fields import TOUCH
from orders.listing import by_touch, search
from orders.listing.by_touch import Ranking
from orders.listing.filters import Query
from orders.models import Order
from orders.models.querysets import OrderQuerySet

# Counts up to this number are exact.
EXACT = 1000
# An owner's order list up to this size is counted and scanned in full for any query.
SMALL = 5000
# From this offset on, two short queries are faster than one that reads whole rows only to skip them.
DEEP = 500


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a query: `count` orders, or more than that if `is_more`."""

    owner: User | None
    orders: OrderQuerySet[Order]
    count: int
    is_more: bool = False

    def page(self, offset: int, limit: int) -> list[Order]:
        """These rows; for a deep page, their ids are read first, from an index and from its nearer end."""
        if offset < DEEP:
            return list(self.orders[offset : offset + limit])
        ids = self.orders.values_list("pk", flat=True)
        end = offset + limit if self.is_more else min(offset + limit, self.count)
        if end > self.count / 2 and not self.is_more:
            found = list(ids.reverse()[self.count - end : max(self.count - offset, 0)])[::-1]
        else:
            found = list(ids[offset:end])
        by_id = {order.pk: order for order in orders_of(self.owner, by_id=True).filter(pk__in=found)}
        return [by_id[pk] for pk in found]


def orders_of(owner: User | None, *, by_id: bool = False) -> OrderQuerySet[Order]:
    """The owner's orders (None: everyone's), with their owners' names loaded."""
    if owner is None:
        return Order.objects.select_related("user")
    return Order.objects.for_trader(owner, by_id=by_id)


def matching(query: Query, owner: User | None, using: str | None = None) -> OrderQuerySet[Order]:
    """All orders of the owner that match the query, unsorted."""
    orders = orders_of(owner).using(using)
    if not query.search:
        return query.filtered(orders).order_by()
    term = query.term(orders.db)
    few = search.narrowed(orders_of(owner, by_id=True).using(using), term, orders)
    return query.filtered(orders if few is None else few, term).order_by()


def find(query: Query, owner: User | None, totals: dict[str, int], reach: int | None) -> Found | Ranking:
    """Run the query; its orders are counted exactly up to `EXACT` and up to the row `reach` (None: to the end).

    `totals` are the owner's totals by tab, as their counter row keeps them.
    """
    if query.sorts[0].column == TOUCH:
        return by_touch.ranked(matching(query, owner), owner, descending=query.sorts[0].descending)
    total, is_small = totals[query.tab], totals["all"] <= SMALL
    if not query.is_narrowed and (is_small or query.tab == "all" or total > EXACT):
        return Found(owner, query.ordered(query.in_tab(orders_of(owner))), total)
    orders = query.filtered(orders_of(owner)).order_by() if is_small else matching(query, owner)
    ids = list(orders.values_list("pk", flat=True)[: EXACT + 1])
    if len(ids) <= EXACT:
        return Found(owner, query.ordered(orders_of(owner, by_id=True).filter(pk__in=ids)), len(ids))
    if is_small or reach is None:
        return Found(owner, query.ordered(orders), orders.count())
    most = max(EXACT, reach)
    count = most + 1 if most == EXACT else orders[: most + 1].count()
    return Found(owner, query.ordered(orders), min(count, most), count > most)
