"""`/api/orders/export/`: the filtered orders as a file, CSV or xlsx, streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from orders.api import export_csv
from orders.api.base import FILTERS, OrdersView, watched
from orders.api.json import JsonRenderer
from orders.domain import rows
from orders.domain.rows import Row
from orders.listing import filters, paging
from orders.models import Order
from orders.models.querysets import OrderQuerySet
from orders.store.snapshots import table_database


def _xlsx_blocks(found: Generator[Row, None, None]) -> Generator[bytes, None, None]:
    from orders.api.export_xlsx import blocks  # loads the library only for an xlsx export

    return blocks(found)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Chunks = Generator[str, None, None] | Generator[bytes, None, None]
FILES: dict[str, tuple[str, Callable[[Generator[Row, None, None]], Chunks]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", export_csv.csv_chunks),
    "xlsx": (XLSX, _xlsx_blocks),
}


class CsvFormat(JsonRenderer):
    """Names a format for `?format=`; the view streams the file itself, and errors stay JSON."""

    format = "csv"


class XlsxFormat(JsonRenderer):
    format = "xlsx"


class OrderExport(OrdersView):
    renderer_classes = [CsvFormat, XlsxFormat]
    parameters = filters.LIST_PARAMETERS

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """Ignore `Accept`: the `format` parameter names the format of the file, and errors are always JSON."""
        renderer = CsvFormat()
        return renderer, renderer.media_type

    @extend_schema(
        operation_id="orders_export",
        summary="Export orders",
        description="All orders that the list returns for the same parameters, as a file for spreadsheets and scripts, "
        "from one consistent read.",
        parameters=[*FILTERS, OpenApiParameter("format", str, enum=list(FILES), description="Default: `csv`.")],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        owner = watched(request)
        query = filters.parse(request.query_params)
        wanted = request.query_params.get("format", "csv")
        content_type, write = FILES[wanted]
        chunks = write(_rows(query.ordered(paging.matching(query, owner, table_database()))))
        streamed: Any = from_thread(chunks) if isinstance(request._request, ASGIRequest) else chunks
        response = StreamingHttpResponse(streamed, content_type=content_type)
        name = f"orders-{timezone.now():%Y%m%dT%H%M%SZ}.{wanted}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _rows(orders: OrderQuerySet[Order]) -> Generator[Row, None, None]:
    """Stream the rows of one statement: a consistent read, with few of them in memory."""
    for order in orders.iterator(chunk_size=export_csv.CHUNK):
        yield rows.order_row(order)


async def from_thread(chunks: Any) -> AsyncIterator[str | bytes]:
    """The chunks, each produced in the request's own thread: under ASGI, Django would first collect a plain iterator.

    Between two chunks, empty ones too, the disconnect of the client ends the export.
    """
    try:
        while (chunk := await sync_to_async(lambda: next(chunks, None))()) is not None:
            if chunk:
                yield chunk
    finally:
        await sync_to_async(chunks.close)()
