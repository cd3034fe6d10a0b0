"""DataTables' server-side protocol over djangorestframework-datatables, with every parameter checked.

The library takes column names, regular expressions, lengths and offsets as the client sends them. Here a column must be
one of an order's, no search is a regular expression, and a page has 1 to 1,000 rows.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework_datatables.filters import DatatablesFilterBackend
from rest_framework_datatables.pagination import DatatablesLimitOffsetPagination
from rest_framework_datatables.renderers import DatatablesRenderer

from orders.api.json import JsonRenderer
from orders.api.parameters import whole_number
from orders.bodies.serializers import OrderSerializer
from orders.domain import fields
from orders.domain.errors import ValidationFailed
from orders.listing import filters, paging
from orders.listing.by_touch import Ranking
from orders.listing.filters import Query, Sort
from orders.listing.paging import Found

NOT_SEARCHED = fields.TIMES | {fields.TOUCH}
SORTS = frozenset(fields.SORTS) | {fields.TOUCH}
MAX_COLUMNS = 50
MAX_LENGTH = 1000
DEFAULT_LENGTH = 25
MAX_START = 2**31
MAX_DRAW = 2**31
MAX_SORTS = 5
PARAMETERS = filters.PARAMETERS | {"draw", "start", "length", "user"}
# The protocol's parameters of a column and of a sort key, which have an index, and of the search.
NUMBER = r"(?:0|[1-9][0-9]{0,3})"
OF_SEARCH = r"(?:\[(?:value|regex)\]|\[fixed\](?:\[[0-9]*\](?:\[(?:name|term)\])?)?)"
SEARCH = re.compile(rf"search{OF_SEARCH}")
SWITCHES = ("[searchable]", "[orderable]", "[regex]")
PLACE = re.compile(
    rf"columns\[(?P<columns>{NUMBER})\](?:\[(?:data|name|searchable|orderable)\]|\[search\]{OF_SEARCH})"
    rf"|order\[(?P<order>{NUMBER})\]\[(?:column|dir|name)\]"
)


class CountsSerializer(drf.Serializer[Any]):
    working = drf.IntegerField()
    filled = drf.IntegerField()
    closed = drf.IntegerField()
    all = drf.IntegerField()


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "object", "additionalProperties": {"type": "integer"}}]})
class HeadField(drf.JSONField):
    """A number; for everyone's orders, one number by user name."""


class OrderTableSerializer(drf.Serializer[Any]):
    """The shape of a table response, for the schema."""

    draw = drf.IntegerField()
    recordsTotal = drf.IntegerField(help_text="orders in the tab")  # noqa: N815 DataTables' names
    recordsFiltered = drf.IntegerField(help_text="orders that match tab, search and filters")  # noqa: N815
    recordsFilteredIsMore = drf.BooleanField(required=False, help_text="more match than that")  # noqa: N815
    data = OrderSerializer(many=True)  # type: ignore[assignment]
    counts = CountsSerializer(help_text="totals by tab, without search and filters")
    user = drf.CharField()
    head = HeadField(help_text="the newest number of the owner's event log, or of each owner's")


class OrdersRenderer(JsonRenderer, DatatablesRenderer):
    """The library's format name; returns the view's whole rows, whichever columns the client asks for."""


class OrdersFilterBackend(DatatablesFilterBackend):
    """Tab, filters, search and sort of a DataTables request."""

    def query(self, request: Request) -> Query:
        parameters = request.query_params
        _refuse_garbage(parameters)
        columns = self.columns(parameters)
        query = filters.parse(parameters, self.sorts(parameters, columns), parameters.get("search[value]", ""))
        return replace(query, in_columns=self.searches(parameters, columns))

    def filter_queryset(self, request: Request, owner: User | None, view: Any) -> Found | Ranking:
        query = self.query(request)
        self.set_count_before(view, view.book.counts[query.tab])
        start, length = asked_rows(request)
        found = paging.find(query, owner, view.book.counts, start + length)
        self.set_count_after(view, found.count)
        return found

    def columns(self, parameters: QueryDict) -> list[str]:
        """The column names in order; an empty name is a column without a field."""
        columns: list[str] = []
        while (data := parameters.get(f"columns[{len(columns)}][data]")) is not None:
            name = parameters.get(f"columns[{len(columns)}][name]") or data
            if len(columns) >= MAX_COLUMNS or (name and name not in SORTS):
                _refuse(f"columns[{len(columns)}]", "There is no such column.")
            columns.append(name)
        _refuse_gaps(parameters, "columns", len(columns), "data")
        return columns

    def searches(self, parameters: QueryDict, columns: list[str]) -> tuple[tuple[str, str], ...]:
        """The searches in single columns, as (column, term)."""
        found = []
        for number, column in enumerate(columns):
            name = f"columns[{number}][search][value]"
            if term := parameters.get(name, "").strip():
                if not column or column in NOT_SEARCHED or len(term) > filters.SEARCH_LENGTH:
                    _refuse(name, f"At most {filters.SEARCH_LENGTH} characters; for times use created_after.")
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
            if parameters.get(f"{name}[name]", "") not in ("", columns[number]):
                _refuse(f"{name}[name]", "This name does not match the column.")
            if direction not in ("asc", "desc"):
                _refuse(f"{name}[dir]", "Must be asc or desc.")
            if columns[number] == fields.TOUCH and sorts:
                _refuse(name, "Sort by touch first, or not at all.")
            sorts.append(Sort(columns[number], direction == "desc"))
        _refuse_gaps(parameters, "order", len(sorts), "column")
        return tuple(sorts)


class OrdersPagination(DatatablesLimitOffsetPagination):
    """`length` rows from row `start` on."""

    def paginate_queryset(self, found: Found | Ranking, request: Request, view: Any = None) -> Any:
        self.offset, self.limit = asked_rows(request)
        self.is_datatable_request = True
        self.count, self.total_count = self.get_count_and_total_count(found, view)
        return found.page(self.offset, self.limit)


def asked_rows(request: Request) -> tuple[int, int]:
    """The page's first row and its number of rows."""
    start = whole_number(request.query_params, "start", 0, 0, MAX_START)
    return start, whole_number(request.query_params, "length", DEFAULT_LENGTH, 1, MAX_LENGTH)


def knows(name: str) -> bool:
    """Whether this is a parameter of the protocol or a filter."""
    return name in PARAMETERS or bool(PLACE.fullmatch(name) or SEARCH.fullmatch(name))


def draw(parameters: QueryDict) -> int:
    return whole_number(parameters, "draw", 0, 0, MAX_DRAW)


def _refuse_gaps(parameters: QueryDict, kind: str, count: int, first: str) -> None:
    """Indices are 0, 1, 2 … without a gap: a parameter with a later index would apply to nothing."""
    for name in parameters:
        place = PLACE.fullmatch(name)
        if place and (number := place[kind]) and int(number) >= count:
            _refuse(name, f"{kind}[{count}][{first}] is missing.")


def _refuse_garbage(parameters: QueryDict) -> None:
    """Refuse switches other than true and false, and the fixed searches that a page's own script can add."""
    for name, value in parameters.items():
        if value and name.endswith(SWITCHES) and value not in ("true", "false"):
            _refuse(name, "Must be true or false.")
        if value and "[fixed]" in name:
            _refuse(name, "Fixed searches are not supported.")


def _refuse(name: str, message: str) -> None:
    raise ValidationFailed(f"{name}: {message}", fields={name: [message]})
