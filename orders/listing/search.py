"""Search terms, and the candidate orders that the trigram index (orders.listing.search_index) finds for them.

Only `Term.condition` is exact, and `filters.Query.filtered` applies it; the index, where it is of use, reduces the
orders to which it is applied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connections
from django.db.models import CharField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate, Lower

from market.models import Instrument
from market.support.reasons import reason
from orders.domain.lifecycle import Side
from orders.models import Order
from orders.models.querysets import OrderQuerySet

# A term that may be an id, or a version.
ID = re.compile(r"[0-9]{1,15}")
SIDES = frozenset(side.value for side in Side)
# Two letters match half of all names.
SHORTEST_NAME = 3
# Up to this many symbols are read and become parameters of the next query; more stay a subquery.
MANY_NAMED = 500

# With more candidates than this it is faster to scan the orders in the sort's order, and stop early.
MOST = 20_000
GRAM = 3

_HOLDING = "SELECT rowid FROM orders_search WHERE orders_search MATCH %s"
_HOLDING_SHORT = "SELECT doc FROM orders_search_gram WHERE term >= %s AND term < %s"
# Orders newer than the index, and the id that a number also matches.
_BESIDE = "SELECT id FROM orders_order WHERE id > (SELECT through FROM orders_search_state)"
_NUMBERED = "SELECT %s"
_LAST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class Term:
    """A parsed search: its text, the side that the text begins or ends with, and the rest; these two may be empty.

    `named` matches orders of instruments whose name contains the text, `named_by_rest` the same for the rest; empty if
    there are none. No index of orders contains these names, since renaming an instrument would rewrite all its orders:
    the current names are looked up, and become symbols, which every order has.
    """

    text: str
    named: Q
    side: str
    rest: str
    named_by_rest: Q

    @classmethod
    def read(cls, typed: str, using: str) -> Term:
        """Parse what the user has typed, with the names of instruments in that database."""
        text = folded(typed)
        side, rest = _sided(text)
        return cls(text, _named(text, using), side, rest, _named(rest, using))

    @property
    def number(self) -> int | None:
        """The id that the term also matches, if it is a number."""
        return int(self.text) if ID.fullmatch(self.text) else None

    @property
    def condition(self) -> Q:
        """Orders whose symbol, client order id, text or instrument's name contains the term, or that have this id.

        If the term names a side, also orders of that side that contain the rest in the same way. Only A to Z match in
        either case: for other letters `icontains` would differ between SQLite and PostgreSQL, where a bytewise column
        folds ASCII alone but `icontains` folds all letters of the term. So both fold ASCII alone.
        """
        found = Q(searched__contains=self.text) | self.named
        if self.number is not None:
            found |= Q(pk=self.number)
        if self.rest:
            return found | (Q(side=self.side) & (Q(searched__contains=self.rest) | self.named_by_rest))
        return found | Q(side=self.side) if self.side else found

    @property
    def unheld(self) -> Q:
        """A condition that covers all matches outside `searched`, and may match more; empty if there are none."""
        if self.side and not self.rest:
            return self.named | Q(side=self.side)
        return self.named | self.named_by_rest


def folded(text: str) -> str:
    """The text with A to Z in lower case, as in the column `searched`."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def narrowed(orders: OrderQuerySet[Order], term: Term, same: OrderQuerySet[Order]) -> OrderQuerySet[Order] | None:
    """Those of the orders that the term may match; None if the index has too many candidates, or doesn't exist.

    On PostgreSQL the planner uses the index by itself. SQLite's planner would not: `orders` must not filter by owner in
    a way that an index serves (`OrderQuerySet.for_trader(…, by_id=True)`); `same` are the same orders, and do.
    """
    connection = connections[orders.db]
    if connection.vendor != "sqlite":
        return None
    holding, parameters = _candidates(term, same)
    beside, more = (f"{_BESIDE} UNION ALL {_NUMBERED}", [term.number]) if term.number is not None else (_BESIDE, [])
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({holding} LIMIT {MOST + 1})", parameters)  # noqa: S608
            if cursor.fetchone()[0] > MOST:
                return None
    except OperationalError as error:
        if "no such table" in reason(error):
            return None  # a SQLite without FTS5
        raise
    return orders.filter(pk__in=RawSQL(f"{holding} UNION ALL {beside}", [*parameters, *more]))  # noqa: S611


def _candidates(term: Term, same: OrderQuerySet[Order]) -> tuple[str, list[Any]]:
    """Orders that contain the term or its rest, by trigrams; and all its other matches, by the orders' own indexes."""
    holding, parameters = _trigrams(term.rest or term.text)
    if not term.unheld:
        return holding, parameters
    statement, more = same.filter(term.unheld).order_by().values("pk").query.sql_with_params()
    return f"{holding} UNION ALL {statement}", [*parameters, *more]


def _trigrams(text: str) -> tuple[str, list[Any]]:
    if len(text) < GRAM:
        return _HOLDING_SHORT, [text, text + _LAST]
    grams = dict.fromkeys(text[start : start + GRAM] for start in range(len(text) - GRAM + 1))
    return _HOLDING, [" AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)]


def _sided(text: str) -> tuple[str, str]:
    """The side that a text begins or ends with, and the rest of the text; both empty if it names no side."""
    first, _, after = text.partition(" ")
    if first in SIDES:
        return first, after.strip()
    before, _, last = text.rpartition(" ")
    return (last, before.strip()) if last in SIDES else ("", "")


def _named(text: str, using: str) -> Q:
    """Orders of instruments whose name contains the text but whose symbol doesn't: a symbol's match is found anyway."""
    if len(text) < SHORTEST_NAME:
        return Q()
    name: Any = Collate("name", "C") if connections[using].vendor == "postgresql" else F("name")
    found = (
        Instrument.objects.using(using)
        .alias(small_name=Lower(name, output_field=CharField()), small_symbol=Lower("symbol", output_field=CharField()))
        .filter(small_name__contains=text)
        .exclude(small_symbol__contains=text)
        .order_by()
        .values_list("symbol", flat=True)
    )
    symbols = list(found[: MANY_NAMED + 1])
    if len(symbols) > MANY_NAMED:
        return Q(symbol_id__in=found)
    return Q(symbol_id__in=symbols) if symbols else Q()
