"""`/api/orders/export/`: the filtered orders as CSV, streamed, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from orders import filters, rows
from orders.api import OrdersView, orders_of, watched
from orders.api_orders import FILTERS
from orders.querysets import OrderQuerySet

CHUNK = 500
# A cell that begins with one of these is a formula to a spreadsheet; an apostrophe makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
COLUMNS = [
    "id",
    "client_order_id",
    "user",
    "symbol",
    "side",
    "order_type",
    "time_in_force",
    "quantity",
    "price",
    "stop_price",
    "status",
    "cum_qty",
    "leaves_qty",
    "avg_price",
    "text",
    "version",
    "created_at",
    "updated_at",
]


class CsvRenderer(BaseRenderer):
    """Only names the format: the view streams by itself, errors are JSON."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return JSONRenderer().render(data, accepted_media_type, renderer_context)


class _Echo:
    def write(self, line: str) -> str:
        return line


class OrderExport(OrdersView):
    renderer_classes = [CsvRenderer]

    @extend_schema(
        operation_id="orders_export",
        parameters=[*FILTERS, OpenApiParameter("format", str, enum=["csv"])],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        orders = orders_of(watched(request))
        query = filters.parse(request.query_params)
        found = query.ordered(query.filtered(orders))
        response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="orders.csv"'
        return response


def _lines(orders: OrderQuerySet) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield writer.writerow(COLUMNS)  # type: ignore[misc]
    for order in orders.iterator(chunk_size=CHUNK):
        row = rows.order_row(order)
        yield writer.writerow([_cell(row[column]) for column in COLUMNS])  # type: ignore[misc]


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
