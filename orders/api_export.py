"""`/api/orders/export/`: the filtered orders as CSV, streamed, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Generator
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from orders import filters, finding, rows
from orders.api import FILTERS, OrdersView, watched
from orders.api_json import JsonRenderer
from orders.querysets import OrderQuerySet
from orders.snapshots import table_database

CHUNK = 500
# A cell that begins with one of these is a formula to some spreadsheet; an apostrophe makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
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
    "arrival_price",
]


class CsvFormat(JsonRenderer):
    """Names the format for `?format=`: the view streams by itself, refusals stay JSON."""

    format = "csv"


class OrderExport(OrdersView):
    renderer_classes = [CsvFormat]
    parameters = filters.LIST_PARAMETERS

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """There is one format of the answer, and it is not that of a refusal: `Accept` has nothing to choose."""
        renderer = CsvFormat()
        return renderer, renderer.media_type

    @extend_schema(
        operation_id="orders_export",
        parameters=[*FILTERS, OpenApiParameter("format", str, enum=["csv"])],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        owner = watched(request)
        query = filters.parse(request.query_params)
        chunks = _chunks(query.ordered(finding.matching(query, owner, table_database())))
        streamed: Any = _from_thread(chunks) if isinstance(request._request, ASGIRequest) else chunks
        response = StreamingHttpResponse(streamed, content_type="text/csv; charset=utf-8; header=present")
        response["Content-Disposition"] = f'attachment; filename="orders-{timezone.now():%Y%m%dT%H%M%SZ}.csv"'
        return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _chunks(orders: OrderQuerySet) -> Generator[str, None, None]:
    """RFC 4180, some hundred lines at a time, out of one statement: all as of one moment, little of it in memory."""
    writer: Any = csv.writer(_Echo(), lineterminator="\r\n")
    found = orders.iterator(chunk_size=CHUNK)
    yield writer.writerow(COLUMNS)
    while lines := [writer.writerow(_cells(rows.order_row(order))) for order in islice(found, CHUNK)]:
        yield "".join(lines)


async def _from_thread(chunks: Generator[str, None, None]) -> AsyncIterator[str]:
    """The chunks, each made in the request's own thread: an event loop serving a plain iterator gathers all of it."""
    try:
        while (chunk := await sync_to_async(lambda: next(chunks, None))()) is not None:
            yield chunk
    finally:
        await sync_to_async(chunks.close)()


def _cells(row: rows.Row) -> list[str]:
    return [_cell(row[column]) for column in COLUMNS]


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
