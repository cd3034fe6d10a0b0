"""`/api/orders/{id}/`: read, amend, cancel and execute one order."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orders import rows, serializers, services
from orders.api import OrdersView, own_order, person, visible_order


class OrderDetail(OrdersView):
    @extend_schema(
        operation_id="orders_read",
        responses={200: serializers.OrderSerializer, 404: serializers.ErrorSerializer},
    )
    def get(self, request: Request, order_id: int) -> Response:
        return Response(rows.order_row(visible_order(person(request), order_id)))

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
        body: Any = request.data
        order = own_order(person(request), order_id)
        version, changes = serializers.amendment(body)
        told = {name: value for name, value in body.items() if name != "user"}
        serializers.refuse_fixed(told, rows.order_row(order), version)
        with self.as_sender(request):
            return Response(rows.order_row(services.amend(person(request), order_id, version, changes)))


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
        own_order(person(request), order_id)
        version = serializers.expected_version(request.data)
        with self.as_sender(request):
            return Response(rows.order_row(services.cancel(person(request), order_id, version)))


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
        visible_order(person(request), order_id)
        services.check_may_execute(person(request))
        report = serializers.report(request.data)
        with self.as_sender(request):
            done = services.execute(person(request), order_id, report)
        return Response(rows.order_row(done.order), status=201 if done.created else 200)
