"""`/api/orders/`: list and place orders, and amend a list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import trading
from orders.api import datatables
from orders.api.base import FILTERS, OrdersView, person, watched
from orders.api.json import JsonRenderer
from orders.api.parameters import whole_number
from orders.api.schema import MOST_AT_ONCE, whole
from orders.bodies import serializers
from orders.domain import rows
from orders.domain.errors import NotFound, ValidationFailed
from orders.listing import filters, paging, totals
from orders.protocol.inbound import EVERYONE
from orders.store.snapshots import read_snapshot, read_table

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
MAX_PAGE = 2**31 - 1

Read = TypeVar("Read")


def either(name: str, one: Any, other: Any) -> PolymorphicProxySerializer:
    """One of two shapes, for the schema; clients tell them apart by their fields."""
    return PolymorphicProxySerializer(
        component_name=name, serializers=[one, other], resource_type_field_name=None, many=False
    )


PageOrTable = either("OrderPageOrTable", serializers.OrderPageSerializer, datatables.OrderTableSerializer)
NewOrderOrList = either("NewOrderOrList", serializers.NewOrderSerializer, serializers.NewOrderSerializer(many=True))
OrderOrList = either("OrderOrList", serializers.OrderSerializer, serializers.OrderSerializer(many=True))
# A read has two formats, a write one.
NO_FORMAT = OpenApiParameter("format", exclude=True)


class OrderList(OrdersView):
    """Lists the orders that a user may see, places new ones and amends a list."""

    renderer_classes = [JsonRenderer, datatables.OrdersRenderer]
    parameters = filters.LIST_PARAMETERS | {"page", "page_size"}
    most_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    book: totals.Book

    def knows(self, name: str) -> bool:
        if self.request.accepted_renderer.format == "datatables":
            return datatables.knows(name)
        return super().knows(name)

    @extend_schema(
        operation_id="orders_list",
        summary="List orders",
        description="Newest first, in one consistent read; `count` is exact. `format=datatables` speaks DataTables' "
        "server-side protocol instead (`draw`, `start`, `length`, `search[value]`, `order[i][column]`, "
        "`order[i][dir]`, `columns[i][data]`, `columns[i][search][value]`, and no pages) and returns an `OrderTable`.",
        parameters=[
            *FILTERS,
            whole("page", 1, MAX_PAGE, "Page number, default 1."),
            whole("page_size", 1, MAX_PAGE_SIZE, f"Orders per page, default {PAGE_SIZE}."),
            OpenApiParameter("format", str, enum=["json", "datatables"], description="Default: `json`."),
        ],
        responses={200: PageOrTable},
    )
    def get(self, request: Request) -> Response:
        owner = watched(request)
        if request.accepted_renderer.format == "datatables":
            return Response(self._datatable(request, owner))
        query = filters.parse(request.query_params)
        size = whole_number(request.query_params, "page_size", PAGE_SIZE, 1, MAX_PAGE_SIZE)
        page = whole_number(request.query_params, "page", 1, 1, MAX_PAGE)
        with read_snapshot():
            found = paging.find(query, owner, totals.book(owner).counts, reach=None)
            if page > 1 and (page - 1) * size >= found.count:
                raise NotFound("There is no such page.")
            results = [rows.order_row(order) for order in found.page((page - 1) * size, size)]
        more = page * size < found.count
        return Response(
            {
                "count": found.count,
                "next": _page_url(request, page + 1) if more else None,
                "previous": _page_url(request, page - 1) if page > 1 else None,
                "results": results,
            }
        )

    @extend_schema(
        operation_id="orders_place",
        summary="Place an order, or a list of orders",
        description="One order, or a list of 1 to 1,000, all or none. Idempotent: the same body with the same "
        "`client_order_id` again is answered with 200 and the existing order, so a request without a response can be "
        "retried. Another body is 409 `duplicate_client_order_id`.",
        parameters=[
            NO_FORMAT,
            OpenApiParameter(
                "Idempotent-Replay", str, OpenApiParameter.HEADER, response=[200], description="`true`: it existed."
            ),
        ],
        request=NewOrderOrList,
        responses={200: OrderOrList, 201: OrderOrList, 409: serializers.ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        body: Any = request.data
        user = person(request)
        for item in body if isinstance(body, list) else [body]:
            serializers.refuse_for_others(user, item)
        with self.as_sender(request):
            if isinstance(body, list):
                placed = trading.place_many(user, each(body, serializers.new_order))
                answer: Any = [rows.order_row(one.order) for one in placed]
            else:
                placed = [trading.place(user, serializers.new_order(body))]
                answer = rows.order_row(placed[0].order)
        if any(one.created for one in placed):
            return Response(answer, status=201)
        return Response(answer, status=200, headers={"Idempotent-Replay": "true"})

    @extend_schema(
        operation_id="orders_amend_list",
        summary="Amend a list of orders",
        description="1 to 1,000 amendments, all or none, each order once. An error names the position in the list.",
        parameters=[NO_FORMAT],
        request=serializers.ListAmendmentSerializer(many=True),
        responses={
            200: serializers.OrderSerializer(many=True),
            404: serializers.ErrorSerializer,
            409: serializers.ErrorSerializer,
        },
    )
    def patch(self, request: Request) -> Response:
        amendments = each(request.data, serializers.list_amendment)
        with self.as_sender(request):
            amended = trading.amend_many(person(request), amendments)
        return Response([rows.order_row(order) for order in amended])

    def _datatable(self, request: Request, owner: Any) -> dict[str, Any]:
        draw = datatables.draw(request.query_params)
        pagination = datatables.OrdersPagination()

        def answer() -> dict[str, Any]:
            self.book = totals.book(owner)
            found = datatables.OrdersFilterBackend().filter_queryset(request, owner, self)
            page = pagination.paginate_queryset(found, request, self)
            more = {"recordsFilteredIsMore": True} if found.is_more else {}
            return more | {
                "draw": draw,
                "recordsTotal": pagination.total_count,
                "recordsFiltered": pagination.count,
                "data": [rows.order_row(order) for order in page],
                "counts": self.book.counts,
                "user": EVERYONE if owner is None else owner.get_username(),
                "head": self.book.head,
            }

        return read_table(answer)


def each(bodies: Any, read: Callable[[Any], Read]) -> list[Read]:
    """Parse the bodies of a list. Raises ValidationFailed, with the position of the first invalid one."""
    if not isinstance(bodies, list) or not 0 < len(bodies) <= MOST_AT_ONCE:
        raise ValidationFailed(f"A list must have 1 to {MOST_AT_ONCE} orders.")
    found = []
    for index, body in enumerate(bodies):
        try:
            found.append(read(body))
        except ValidationFailed as refused:
            raise trading.in_list(index, refused) from refused
    return found


def _page_url(request: Request, page: int) -> str:
    parameters = {name: value for name, value in request.query_params.items() if name != "page"}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters | {'page': page})}")
