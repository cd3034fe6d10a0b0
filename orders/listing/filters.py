"""List queries: parses and validates tab, filters, search and sort from untrusted query parameters.

One `Query` serves the JSON list, the DataTable and the export. An invalid parameter raises a `ValidationFailed` that
names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db import connection
from django.db.models import CharField, F, Q
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate, Lower
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from market.values import decimals
from orders.domain import lifecycle, rules
from orders.domain.fields import AMOUNTS, NULLABLE, SORTS, WHOLE_NUMBERS
from orders.listing.search import ID, Term, folded
from orders.models import Order
from orders.models.querysets import OrderQuerySet

SEARCH_LENGTH = 100
MAX_VALUES = 50
# The parameters that `parse` reads.
PARAMETERS = frozenset({"tab", "symbol", "side", "status", "order_type", "created_after", "created_before"})
LIST_PARAMETERS = PARAMETERS | {"search", "ordering", "user"}


@dataclass(frozen=True, slots=True)
class Sort:
    column: str
    descending: bool


NEWEST_FIRST = (Sort("created_at", descending=True),)


@dataclass(frozen=True, slots=True)
class Query:
    """A list query: which orders, sorted how; `conditions` are the filters alone, without tab and search."""

    tab: str
    conditions: Q
    search: str
    sorts: tuple[Sort, ...]
    # Column and term of each single-column search.
    in_columns: tuple[tuple[str, str], ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter narrows the tab."""
        return bool(self.search or self.conditions or self.in_columns)

    def in_tab(self, orders: OrderQuerySet[Order]) -> OrderQuerySet[Order]:
        statuses = lifecycle.TABS[self.tab]
        return orders if self.tab == "all" else orders.filter(status__in=statuses)

    def term(self, using: str) -> Term:
        """The search, parsed with the current names of instruments in that database."""
        return Term.read(self.search, using)

    def filtered(self, orders: OrderQuerySet[Order], sought: Term | None = None) -> OrderQuerySet[Order]:
        """The orders that match, unsorted. `sought` is the term of the search, if the caller has it already."""
        found = self.in_tab(orders).filter(self.conditions)
        for column, term in self.in_columns:
            found = _with_column(found, column, term)
        if not self.search:
            return found
        # The column `searched` holds one field per line, so that no term matches across two fields.
        return found.none() if "\n" in self.search else found.filter((sought or self.term(orders.db)).condition)

    def ordered(self, orders: OrderQuerySet[Order]) -> OrderQuerySet[Order]:
        """Sort the orders: nulls last in both directions, ties by id in the direction of the first column."""
        keys = [_order_by(sort) for sort in self.sorts]
        keys.append(_order_by(Sort("id", self.sorts[0].descending)))
        return orders.order_by(*keys)


def parse(parameters: QueryDict, sorts: tuple[Sort, ...] | None = None, search: str | None = None) -> Query:
    """Parse these parameters into a query; the DataTable passes its own sort and search."""
    problems = rules.Problems()
    tab = parameters.get("tab", "all")
    if tab not in lifecycle.TABS:
        problems.add("tab", f"One of {', '.join(lifecycle.TABS)}.")
    conditions = Q()
    symbols = _values(parameters, "symbol", problems)
    if symbols:
        conditions &= Q(symbol_id__in=symbols)
    for name, members in (
        ("side", lifecycle.Side),
        ("status", lifecycle.Status),
        ("order_type", lifecycle.OrderType),
    ):
        conditions &= _choices(parameters, name, members, problems)
    for name, lookup in (("created_after", "created_at__gte"), ("created_before", "created_at__lt")):
        moment = _moment(parameters, name, problems)
        if moment is not None:
            conditions &= Q(**{lookup: moment})
    term = parameters.get("search", "") if search is None else search
    if len(term) > SEARCH_LENGTH:
        problems.add("search", f"At most {SEARCH_LENGTH} characters.")
    if sorts is None:
        sorts = _ordering(parameters, problems)
    problems.check()
    return Query(tab, conditions, term.strip(), sorts or NEWEST_FIRST)


def _with_column(orders: OrderQuerySet[Order], column: str, term: str) -> OrderQuerySet[Order]:
    """The orders whose column contains the term; a number's column must equal it, and matches nothing but numbers."""
    if column in WHOLE_NUMBERS:
        return orders.filter(**{column: int(term)}) if ID.fullmatch(term) else orders.none()
    if column in AMOUNTS:
        try:
            return orders.filter(**{column: decimals.amount(term)})
        except decimals.BadNumber:
            return orders.none()
    name = f"{column}_held"
    return orders.alias(**{name: Lower(SORTS[column], output_field=CharField())}).filter(
        **{f"{name}__contains": folded(term)}
    )


def _order_by(sort: Sort) -> OrderBy:
    key: F | Collate = F(SORTS[sort.column])
    if sort.column == "user" and connection.vendor == "postgresql":
        key = Collate(key, "C")  # the project's own columns are bytewise already
    # On a column without nulls, a NULLS LAST would only make the index unusable.
    nulls_last = True if sort.column in NULLABLE else None
    return key.desc(nulls_last=nulls_last) if sort.descending else key.asc(nulls_last=nulls_last)


def _ordering(parameters: QueryDict, problems: rules.Problems) -> tuple[Sort, ...]:
    sorts = []
    for name in filter(None, parameters.get("ordering", "").split(",")):
        column = name.removeprefix("-")
        if column in SORTS:
            sorts.append(Sort(column, name.startswith("-")))
        else:
            problems.add("ordering", "There is no such column.")
    return tuple(sorts)


def _values(parameters: QueryDict, name: str, problems: rules.Problems) -> list[str]:
    values = [value for value in parameters.get(name, "").split(",") if value]
    if len(values) > MAX_VALUES:
        problems.add(name, f"At most {MAX_VALUES} values.")
    return values


def _choices(parameters: QueryDict, name: str, members: Iterable[StrEnum], problems: rules.Problems) -> Q:
    known = {member.value for member in members}
    values = _values(parameters, name, problems)
    if not set(values) <= known:
        problems.add(name, f"One or more of {', '.join(sorted(known))}.")
    return Q(**{f"{name}__in": values}) if values else Q()


def _moment(parameters: QueryDict, name: str, problems: rules.Problems) -> datetime | None:
    text = parameters.get(name, "")
    if not text:
        return None
    try:
        moment = parse_datetime(text) if text.isascii() else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # a 31st of February, or a time before the year 1 in UTC
    problems.add(name, "A time with a time zone, such as 2026-01-31T09:30:00Z.")
    return None
