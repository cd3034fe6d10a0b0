"""`/api/orders/`: list, place, read, amend, cancel, execute."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import datatables, filters, rows, serializers, services
from orders.api import OrdersView, orders_of, own_order, visible_order, watched
from orders.api_json import JsonRenderer
from orders.errors import Forbidden, NotFound, ValidationFailed
from orders.snapshots import read_snapshot

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
MAX_LIST = 1000

FILTERS = [
    OpenApiParameter(name, str, description=text)
    for name, text in {
        "user": "desk and broker: a user's name, or * for everyone",
        "tab": "working, filled, closed or all",
        "symbol": "one or more, comma-separated",
        "side": "buy, sell",
        "status": "one or more, comma-separated",
        "order_type": "one or more, comma-separated",
        "created_after": "RFC 3339, inclusive",
        "created_before": "RFC 3339, exclusive",
        "search": "part of symbol, client_order_id or text, or an id",
        "ordering": "columns, comma-separated, - for descending",
    }.items()
]


class OrderList(OrdersView):
    """The orders a person sees, and the place where he places his own."""

    renderer_classes = [JsonRenderer, datatables.OrdersRenderer]
    parameters = filters.LIST_PARAMETERS | {"page", "page_size"}
    counts: dict[str, int]

    def knows(self, name: str) -> bool:
        if self.request.accepted_renderer.format == "datatables":
            return datatables.knows(name)
        return super().knows(name)

    @extend_schema(
        operation_id="orders_list",
        parameters=[*FILTERS, OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
        responses={200: serializers.OrderPageSerializer, 400: serializers.ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        owner = watched(request)
        if request.accepted_renderer.format == "datatables":
            return Response(self._datatable(request, owner))
        query = filters.parse(request.query_params)
        size = filters.whole_number(request.query_params, "page_size", PAGE_SIZE, 1, MAX_PAGE_SIZE)
        page = filters.whole_number(request.query_params, "page", 1, 1, 2**31)
        with read_snapshot():
            found = query.ordered(query.filtered(orders_of(owner)))
            count = found.order_by().count()
            if page > 1 and (page - 1) * size >= count:
                raise NotFound("There is no such page.")
            results = [rows.order_row(order) for order in found[(page - 1) * size : page * size]]
        more = page * size < count
        return Response(
            {
                "count": count,
                "next": _page_url(request, page + 1) if more else None,
                "previous": _page_url(request, page - 1) if page > 1 else None,
                "results": results,
            }
        )

    @extend_schema(
        operation_id="orders_place",
        request=serializers.NewOrderSerializer,
        responses={
            200: serializers.OrderSerializer,
            201: serializers.OrderSerializer,
            400: serializers.ErrorSerializer,
            409: serializers.ErrorSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        body = request.data
        new_orders = self._new_orders(request, body if isinstance(body, list) else [body])
        with self.as_sender(request) as user:
            if isinstance(body, list):
                placed = services.place_many(user, new_orders)
            else:
                placed = [services.place(user, new_orders[0])]
        answer = [rows.order_row(one.order) for one in placed]
        headers = {} if any(one.created for one in placed) else {"Idempotent-Replay": "true"}
        return Response(
            answer if isinstance(body, list) else answer[0], status=200 if headers else 201, headers=headers
        )

    def _new_orders(self, request: Request, body: list[Any]) -> list[services.NewOrder]:
        if not 0 < len(body) <= MAX_LIST:
            raise ValidationFailed(f"1 to {MAX_LIST} orders in one list.")
        new_orders = []
        for index, item in enumerate(body):
            refuse_for_others(request.user, item)
            try:
                new_orders.append(serializers.new_order(item))
            except ValidationFailed as refused:
                raise services.in_list(index, refused) from refused
        return new_orders

    def _datatable(self, request: Request, owner: Any) -> dict[str, Any]:
        draw = datatables.draw(request.query_params)
        pagination = datatables.OrdersPagination()
        orders = orders_of(owner)
        with read_snapshot():
            found = datatables.OrdersFilterBackend().filter_queryset(request, orders, self)
            page = pagination.paginate_queryset(found, request, self)
            answer = {
                "draw": draw,
                "recordsTotal": pagination.total_count,
                "recordsFiltered": pagination.count,
                "data": [rows.order_row(order) for order in page],
                "counts": self.counts,
                "user": datatables.EVERYONE if owner is None else owner.get_username(),
                "head": datatables.heads(owner),
            }
        return answer


def refuse_for_others(user: Any, body: Any) -> None:
    """A trader's `user` is ignored; one who watches others and names one of them is told that he only watches."""
    name = body.get("user") if isinstance(body, dict) else None
    if name is not None and name != user.get_username() and services.can_watch(user):
        raise Forbidden("Nobody places orders for others.")


class OrderDetail(OrdersView):
    @extend_schema(
        operation_id="orders_read",
        responses={200: serializers.OrderSerializer, 404: serializers.ErrorSerializer},
    )
    def get(self, request: Request, order_id: int) -> Response:
        return Response(rows.order_row(visible_order(request.user, order_id)))

    @extend_schema(
        operation_id="orders_amend",
        request=serializers.AmendmentSerializer,
        responses={
            200: serializers.OrderSerializer,
            400: serializers.ErrorSerializer,
            404: serializers.ErrorSerializer,
            409: serializers.ErrorSerializer,
        },
    )
    def patch(self, request: Request, order_id: int) -> Response:
        order = own_order(request.user, order_id)
        version, changes = serializers.amendment(request.data)
        if version == order.version:  # else the conflict says more than the fields that differ by it
            body = {name: value for name, value in request.data.items() if name != "user"}
            serializers.refuse_fixed(body, rows.order_row(order))
        with self.as_sender(request) as user:
            return Response(rows.order_row(services.amend(user, order_id, version, changes)))


class OrderCancel(OrdersView):
    @extend_schema(
        operation_id="orders_cancel",
        request=serializers.CancelSerializer,
        responses={
            200: serializers.OrderSerializer,
            404: serializers.ErrorSerializer,
            409: serializers.ErrorSerializer,
        },
    )
    def post(self, request: Request, order_id: int) -> Response:
        own_order(request.user, order_id)
        version = serializers.expected_version(request.data)
        with self.as_sender(request) as user:
            return Response(rows.order_row(services.cancel(user, order_id, version)))


class OrderExecutions(OrdersView):
    @extend_schema(
        operation_id="orders_execute",
        request=serializers.ReportSerializer,
        responses={
            200: serializers.OrderSerializer,
            201: serializers.OrderSerializer,
            400: serializers.ErrorSerializer,
            403: serializers.ErrorSerializer,
            404: serializers.ErrorSerializer,
            409: serializers.ErrorSerializer,
        },
    )
    def post(self, request: Request, order_id: int) -> Response:
        visible_order(request.user, order_id)
        services.check_may_execute(request.user)
        report = serializers.report(request.data)
        with self.as_sender(request) as user:
            done = services.execute(user, order_id, report)
        return Response(rows.order_row(done.order), status=201 if done.created else 200)


def _page_url(request: Request, page: int) -> str:
    parameters = {name: value for name, value in request.query_params.items() if name != "page"}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters | {'page': page})}")
