"""DataTables' server-side protocol over djangorestframework-datatables, with every parameter checked.

The library takes column names, regular expressions, lengths and offsets as the client sends them; here only the
columns of an order exist, nothing is a regular expression, and a page has 1 to 1,000 rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from rest_framework.request import Request
from rest_framework_datatables.filters import DatatablesFilterBackend
from rest_framework_datatables.pagination import DatatablesLimitOffsetPagination
from rest_framework_datatables.renderers import DatatablesRenderer

from orders import events, filters, lifecycle
from orders.api_json import JsonRenderer
from orders.errors import ValidationFailed
from orders.filters import Query, Sort
from orders.models import Order
from orders.parameters import whole_number
from orders.querysets import OrderQuerySet

MAX_COLUMNS = 50
MAX_LENGTH = 1000
MAX_START = 2**31
MAX_DRAW = 2**31
MAX_SORTS = 5
# From here on two short queries are faster than one that reads whole rows only to skip them.
DEEP = 500
EVERYONE = "*"
PARAMETERS = filters.PARAMETERS | {"draw", "start", "length", "user"}


@dataclass(frozen=True)
class Book:
    """How far the log has come, and how many orders each tab holds, whatever is searched and filtered."""

    head: int | dict[str, int]
    counts: dict[str, int]


class OrdersRenderer(JsonRenderer, DatatablesRenderer):
    """The library's format by name; whole rows, whichever columns were named, as the view gives them."""


class OrdersFilterBackend(DatatablesFilterBackend):
    """Tab, filters, search and sort of a DataTable's request."""

    def query(self, request: Request) -> Query:
        parameters = request.query_params
        columns = self.columns(parameters)
        query = filters.parse(parameters, self.sorts(parameters, columns), parameters.get("search[value]", ""))
        return replace(query, in_columns=self.searches(parameters, columns))

    def filter_queryset(self, request: Request, queryset: OrderQuerySet, view: Any) -> OrderQuerySet:
        query = self.query(request)
        self.set_count_before(view, view.book.counts[query.tab])
        found = query.filtered(queryset)
        self.set_count_after(view, found.count() if query.is_narrowed else view._datatables_total_count)
        return query.ordered(found)

    def columns(self, parameters: QueryDict) -> list[str]:
        """The column names in their order; an empty one is a column that shows no field."""
        columns: list[str] = []
        while (data := parameters.get(f"columns[{len(columns)}][data]")) is not None:
            name = parameters.get(f"columns[{len(columns)}][name]") or data
            if len(columns) >= MAX_COLUMNS or (name and name not in filters.SORTS):
                _refuse(f"columns[{len(columns)}]", "There is no such column.")
            columns.append(name)
        return columns

    def searches(self, parameters: QueryDict, columns: list[str]) -> tuple[tuple[str, str], ...]:
        """The searches of single columns."""
        found = []
        for number, column in enumerate(columns):
            name = f"columns[{number}][search][value]"
            if term := parameters.get(name, "").strip():
                if not column or column in filters.TIMES or len(term) > filters.SEARCH_LENGTH:
                    _refuse(name, f"At most {filters.SEARCH_LENGTH} characters, and of no time: use created_after.")
                found.append((column, term))
        return tuple(found)

    def sorts(self, parameters: QueryDict, columns: list[str]) -> tuple[Sort, ...]:
        sorts: list[Sort] = []
        while (place := parameters.get(f"order[{len(sorts)}][column]")) is not None:
            name = f"order[{len(sorts)}]"
            number = whole_number(parameters, f"{name}[column]", 0, 0, MAX_COLUMNS)
            direction = parameters.get(f"{name}[dir]", "asc")
            if not place or len(sorts) >= MAX_SORTS or number >= len(columns) or not columns[number]:
                _refuse(name, "There is no such column.")
            if direction not in ("asc", "desc"):
                _refuse(f"{name}[dir]", "asc or desc.")
            sorts.append(Sort(columns[number], direction == "desc"))
        return tuple(sorts)


class OrdersPagination(DatatablesLimitOffsetPagination):
    """`length` rows from row `start` on, wherever that is."""

    default_limit = 25
    max_limit = MAX_LENGTH

    def get_limit(self, request: Request) -> int:
        return whole_number(request.query_params, "length", self.default_limit, 1, MAX_LENGTH)

    def get_offset(self, request: Request) -> int:
        return whole_number(request.query_params, "start", 0, 0, MAX_START)

    def paginate_queryset(self, queryset: OrderQuerySet, request: Request, view: Any = None) -> Any:
        self.limit, self.offset = self.get_limit(request), self.get_offset(request)
        self.is_datatable_request = True
        self.count, self.total_count = self.get_count_and_total_count(queryset, view)
        return page(queryset, self.count, self.offset, self.limit)


def page(orders: OrderQuerySet, count: int, offset: int, limit: int) -> list[Order]:
    """These rows of `count` in all; deep ones are found by id, in an index, from the nearer end."""
    if offset < DEEP:
        return list(orders[offset : offset + limit])
    ids = orders.values_list("pk", flat=True)
    end = min(offset + limit, count)
    from_the_end = ids.reverse()[count - end : max(count - offset, 0)]
    found = list(from_the_end)[::-1] if end > count / 2 else list(ids[offset:end])
    by_id = {order.pk: order for order in Order.objects.select_related("user").filter(pk__in=found)}
    return [by_id[pk] for pk in found]


def knows(name: str) -> bool:
    """Whether this is a parameter of the protocol, or one of the filters."""
    return name in PARAMETERS or name.startswith(("columns[", "order[", "search["))


def draw(parameters: QueryDict) -> int:
    return whole_number(parameters, "draw", 0, 0, MAX_DRAW)


def book(owner: User | None) -> Book:
    """The owner's as of the present snapshot; everyone's where there is no one owner, with his head by each name."""
    if owner is not None:
        standing = events.standings([owner.pk]).get(owner.pk)
        return Book(standing.head, standing.counts) if standing else Book(0, dict.fromkeys(lifecycle.TABS, 0))
    found = events.standings()
    names = events.user_names(found)
    counts = {tab: sum(standing.counts[tab] for standing in found.values()) for tab in lifecycle.TABS}
    return Book({name: found[user_id].head for user_id, name in names.items()}, counts)


def _refuse(name: str, message: str) -> None:
    raise ValidationFailed(f"{name}: {message}", fields={name: [message]})
