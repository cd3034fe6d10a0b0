"""`/api/orders/{id}/`: read, amend, cancel and execute one order."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import trading
from orders.api.base import OrdersView, person, reading, visible_order
from orders.api.schema import ORDER_ID
from orders.bodies import serializers
from orders.domain import rows


class OrderDetail(OrdersView):
    @extend_schema(
        operation_id="orders_read",
        summary="Read an order",
        description="One order in its current state: your own; for desk and broker any user's.",
        parameters=[ORDER_ID],
        responses={200: serializers.OrderSerializer},
    )
    def get(self, request: Request, order_id: int) -> Response:
        return Response(rows.order_row(visible_order(person(request), order_id)))

    @extend_schema(
        operation_id="orders_amend",
        summary="Amend an order",
        description="Changes quantity, prices or text. `expected_version` is the order's version as you know it: if it "
        "has changed, nothing is amended, and the response is 409 `version_conflict` with the order under `current`.",
        parameters=[ORDER_ID],
        request=serializers.AmendmentSerializer,
        responses={200: serializers.OrderSerializer, 409: serializers.ErrorSerializer},
    )
    def patch(self, request: Request, order_id: int) -> Response:
        body: Any = request.data
        with reading(trading.check_may_change, person(request), order_id):
            version, changes = serializers.amendment(body)
        told = {name: value for name, value in body.items() if name != "user"}
        with self.as_sender(request):
            return Response(rows.order_row(trading.amend(person(request), order_id, version, changes, told=told)))


class OrderCancel(OrdersView):
    @extend_schema(
        operation_id="orders_cancel",
        summary="Cancel an order",
        description="An order that the broker has not accepted is canceled at once; a working one becomes "
        "`pending_cancel` until the broker answers. No body is needed.",
        parameters=[ORDER_ID],
        request=serializers.CancelSerializer,
        responses={200: serializers.OrderSerializer, 409: serializers.ErrorSerializer},
    )
    def post(self, request: Request, order_id: int) -> Response:
        with reading(trading.check_may_change, person(request), order_id):
            version = serializers.expected_version(request.data)
        with self.as_sender(request):
            return Response(rows.order_row(trading.cancel(person(request), order_id, version)))


class OrderExecutions(OrdersView):
    @extend_schema(
        operation_id="orders_execute",
        summary="Report an execution",
        description="For brokers: accepts, rejects, fills, cancels or expires an order. Idempotent: the same report "
        "again changes nothing and is answered with 200, so a report without a response can be retried.",
        parameters=[ORDER_ID],
        request=serializers.ReportSerializer,
        responses={
            200: serializers.OrderSerializer,
            201: serializers.OrderSerializer,
            409: serializers.ErrorSerializer,
        },
    )
    def post(self, request: Request, order_id: int) -> Response:
        trading.check_may_execute(person(request), order_id)
        with reading(trading.visible, person(request), order_id):
            report = serializers.report(request.data)
        with self.as_sender(request):
            done = trading.execute(person(request), order_id, report)
        return Response(rows.order_row(done.order), status=201 if done.created else 200)
