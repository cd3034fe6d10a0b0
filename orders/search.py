"""Which orders may hold a search's term: what the index of trigrams (orders.search_index) says of it.

Exact is `filters.Query.filtered` alone; the index narrows what it has to look at, or is silent.
"""

from __future__ import annotations

from django.db import OperationalError, connections
from django.db.models.expressions import RawSQL

from orders.querysets import OrderQuerySet

# With more candidates than this it is faster to walk through the orders as they are sorted, and stop early.
MOST = 20_000
GRAM = 3

_HOLDING = "SELECT rowid FROM orders_search WHERE orders_search MATCH %s"
_HOLDING_SHORT = "SELECT doc FROM orders_search_gram WHERE term >= %s AND term < %s"
# What is newer than the index, and what a number finds besides.
_BESIDE = "SELECT id FROM orders_order WHERE id > (SELECT through FROM orders_search_state)"
_NUMBERED = "SELECT %s"
_LAST = chr(0x10FFFF)


def narrowed(orders: OrderQuerySet, term: str, number: int | None) -> OrderQuerySet | None:
    """Those of the orders that may hold the folded term or have this id; None where the index has too many, or is none.

    On PostgreSQL the planner asks the index by itself. SQLite's planner would not: `orders` must not name its owner in
    a way that an index serves (`OrderQuerySet.for_trader(…, by_id=True)`).
    """
    connection = connections[orders.db]
    if connection.vendor != "sqlite":
        return None
    holding, parameters = _candidates(term)
    beside, more = (f"{_BESIDE} UNION ALL {_NUMBERED}", [number]) if number is not None else (_BESIDE, [])
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({holding} LIMIT {MOST + 1})", parameters)  # noqa: S608
            if cursor.fetchone()[0] > MOST:
                return None
    except OperationalError as error:
        if "no such table" in str(error):
            return None  # a SQLite without FTS5
        raise
    return orders.filter(pk__in=RawSQL(f"{holding} UNION ALL {beside}", [*parameters, *more]))  # noqa: S611


def _candidates(term: str) -> tuple[str, list[str]]:
    if len(term) < GRAM:
        return _HOLDING_SHORT, [term, term + _LAST]
    grams = dict.fromkeys(term[start : start + GRAM] for start in range(len(term) - GRAM + 1))
    return _HOLDING, [" AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)]
