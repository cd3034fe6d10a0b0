"""What a search looks for, and which orders the index of trigrams (orders.listing.search_index) says may hold it.

Exact is `Term.condition` alone, which `filters.Query.filtered` asks for; the index narrows what it has to look at, or
is silent.
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

# What a search may take for an id, or for a version.
ID = re.compile(r"[0-9]{1,15}")
SIDES = frozenset(side.value for side in Side)
# Two letters stand in half of all names.
SHORTEST_NAME = 3
# More symbols than this are not carried from one query into the next.
MANY_NAMED = 500

# With more candidates than this it is faster to walk through the orders as they are sorted, and stop early.
MOST = 20_000
GRAM = 3

_HOLDING = "SELECT rowid FROM orders_search WHERE orders_search MATCH %s"
_HOLDING_SHORT = "SELECT doc FROM orders_search_gram WHERE term >= %s AND term < %s"
# What is newer than the index, and what a number finds besides.
_BESIDE = "SELECT id FROM orders_order WHERE id > (SELECT through FROM orders_search_state)"
_NUMBERED = "SELECT %s"
_LAST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class Term:
    """A search: all of its text; the side that this begins or ends with, and the rest of it, each empty for none.

    `named` are the orders of instruments whose name holds the text, `named_by_rest` those of the rest; empty for none.
    Names stand in no index of orders, since who renames an instrument would write all its orders anew: they are read
    as they are now, and become symbols, which every order has.
    """

    text: str
    named: Q
    side: str
    rest: str
    named_by_rest: Q

    @classmethod
    def read(cls, typed: str, using: str) -> Term:
        """What is typed, by the names of instruments in that database."""
        text = folded(typed)
        side, rest = _sided(text)
        return cls(text, _named(text, using), side, rest, _named(rest, using))

    @property
    def number(self) -> int | None:
        """The id that it finds as well, if it is one."""
        return int(self.text) if ID.fullmatch(self.text) else None

    @property
    def condition(self) -> Q:
        """Orders whose symbol, client order id, text or instrument's name holds it, or that have this id.

        Where it names a side, also those of that side which hold the rest in the same way. The case of A to Z does not
        matter. Other letters' would to SQLite and not to PostgreSQL, whose columns, bytewise as they are, fold ASCII
        alone but whose `icontains` folds all of the term: so ASCII it is for both.
        """
        found = Q(searched__contains=self.text) | self.named
        if self.number is not None:
            found |= Q(pk=self.number)
        if self.rest:
            return found | (Q(side=self.side) & (Q(searched__contains=self.rest) | self.named_by_rest))
        return found | Q(side=self.side) if self.side else found

    @property
    def unheld(self) -> Q:
        """What it finds, or more, whatever an order itself holds; empty for nothing."""
        if self.side and not self.rest:
            return self.named | Q(side=self.side)
        return self.named | self.named_by_rest


def folded(text: str) -> str:
    """With A to Z in small letters, as the column `searched` is written."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def narrowed(orders: OrderQuerySet[Order], term: Term, same: OrderQuerySet[Order]) -> OrderQuerySet[Order] | None:
    """Those of the orders that the term may find; None where the index has too many, or is none.

    On PostgreSQL the planner asks the index by itself. SQLite's planner would not: `orders` must not name its owner in
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
    """What holds the term, or the rest of it, by trigrams; and all else that it finds, by the orders' own indexes."""
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
    """The side that a text begins or ends with, and the rest of it; nothing where it names none."""
    first, _, after = text.partition(" ")
    if first in SIDES:
        return first, after.strip()
    before, _, last = text.rpartition(" ")
    return (last, before.strip()) if last in SIDES else ("", "")


def _named(text: str, using: str) -> Q:
    """Orders of instruments whose name holds the text; where their symbol holds it as well, they are found by that."""
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
