"""REST endpoint that starts and stops the demo flow."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from demo import switch
from demo.people import is_demo_person
from orders.api.base import OrdersView
from orders.bodies.serializers import ErrorSerializer, check_empty
from orders.domain import rows


class DemoSerializer(drf.Serializer[Any]):
    running = drf.BooleanField()
    ends_at = drf.DateTimeField(allow_null=True)


class IsDemoPerson(BasePermission):
    message = "Only demo people can use the demo flow."

    def has_permission(self, request: Request, view: Any) -> bool:
        return is_demo_person(request.user)


class Demo(OrdersView):
    """The demo flow of the signed-in demo person."""

    permission_classes = [IsAuthenticated, IsDemoPerson]

    @extend_schema(
        operation_id="demo_read",
        summary="Read whether the demo flow is running",
        description="For demo people.",
        responses={200: DemoSerializer, 403: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        return Response(_run(switch.running(request.user)))

    @extend_schema(
        operation_id="demo_start",
        summary="Play two minutes of demo flow",
        description="For demo people. Places, fills and cancels orders of their own, as if there were a market.",
        request=None,
        responses={201: DemoSerializer},
    )
    def post(self, request: Request) -> Response:
        check_empty(request.data)
        switch.start(request.user)
        return Response(_run(switch.running(request.user)), status=201)

    @extend_schema(
        operation_id="demo_stop",
        summary="Stop the demo flow",
        description="For demo people.",
        responses={200: DemoSerializer},
    )
    def delete(self, request: Request) -> Response:
        check_empty(request.data)
        switch.stop(request.user)
        return Response(_run(switch.running(request.user)))


def _run(ends_at: Any) -> dict[str, Any]:
    return {"running": ends_at is not None, "ends_at": None if ends_at is None else rows.timestamp(ends_at)}
