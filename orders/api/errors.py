"""Every error of the API in one shape: `{"code","message","fields"?,"current"?}`."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.views import set_rollback

from market.support.reasons import reason
from orders.domain.errors import OrderError, unavailable

log = logging.getLogger(__name__)

CODES = {
    status.HTTP_400_BAD_REQUEST: "validation_failed",
    status.HTTP_401_UNAUTHORIZED: "unauthenticated",
    status.HTTP_403_FORBIDDEN: "forbidden",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "not_acceptable",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "rate_limited",
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: a response for an expected error; None turns any other into a 500 with a log entry."""
    if isinstance(error, OrderError):
        set_rollback()
        seconds = getattr(error, "retry_after", None)
        return Response(error.body(), status=error.status, headers={"Retry-After": str(seconds)} if seconds else None)
    if isinstance(error, RequestDataTooBig):
        return Response({"code": "message_too_big", "message": "This request is too large."}, status=413)
    if isinstance(error, SuspiciousOperation):
        # Too many parameters or a malformed upload: Django itself refuses to read it.
        return Response({"code": "validation_failed", "message": "This request can't be understood."}, status=400)
    if isinstance(error, OperationalError | InterfaceError):
        set_rollback()
        log.error("The database does not answer: %s", reason(error))
        message = unavailable(context["request"].method)
        return Response({"code": "unavailable", "message": message}, status=503)
    response = drf_exception_handler(error, context)
    if response is not None:
        response.data = _body(error, response)
    return response


def _body(error: Exception, response: Response) -> dict[str, Any]:
    code = CODES.get(response.status_code, "refused")
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.detail)
        name, messages = next(iter(fields.items()))
        return {"code": code, "message": f"{name}: {messages[0]}", "fields": fields}
    if isinstance(error, exceptions.ParseError):
        return {"code": "bad_json", "message": str(error.detail)}
    if isinstance(error, Http404):
        return {"code": code, "message": "Not found."}
    if isinstance(error, PermissionDenied):
        return {"code": code, "message": "This is not allowed."}
    return {"code": code, "message": str(getattr(error, "detail", error))}


def _fields(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(name): [str(message) for message in messages] for name, messages in detail.items()}
    return {"body": [str(message) for message in detail]}
