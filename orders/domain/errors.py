"""The errors of order requests, each with the code, HTTP status and message that the client gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME_LENGTH = 80
# An error may occur after the commit.
UNKNOWN = "It is not known whether this was done. Check your orders before you try again."


def internal(method: str | None = None) -> str:
    """The message of an internal error, by the request's HTTP method; None for a socket command."""
    return f"Something went wrong on the server. {_what_now(method)}"


def unavailable(method: str | None = None) -> str:
    """The message while the database does not answer, by the request's HTTP method; None for a socket command."""
    return f"The database does not answer. {_what_now(method)}"


def _what_now(method: str | None) -> str:
    return "Try again in a moment." if method in ("GET", "HEAD", "OPTIONS") else UNKNOWN


class OrderError(Exception):
    """A refused request. `fields` maps a field to its messages, `current` is the order's current row."""

    code = "internal"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        current: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields
        self.current = current

    def body(self) -> dict[str, Any]:
        """The JSON shape of every error: `{"code","message","fields"?,"current"?}`."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.fields is not None:
            body["fields"] = self.fields
        if self.current is not None:
            body["current"] = self.current
        return body


class ValidationFailed(OrderError):
    code = "validation_failed"
    status = 400

    @classmethod
    def at(cls, field: str, message: str) -> ValidationFailed:
        """An error of one field. A name that can't be shown (the client made it up) is replaced by `field`."""
        name = field if field.isprintable() and 0 < len(field) <= NAME_LENGTH else "field"
        return cls(f"{name}: {message}", fields={name: [message]})


class Unauthenticated(OrderError):
    code = "unauthenticated"
    status = 401


class Forbidden(OrderError):
    code = "forbidden"
    status = 403


class NotFound(OrderError):
    code = "not_found"
    status = 404


class DuplicateClientOrderId(OrderError):
    code = "duplicate_client_order_id"
    status = 409


class DuplicateExecId(OrderError):
    code = "duplicate_exec_id"
    status = 409


class VersionConflict(OrderError):
    code = "version_conflict"
    status = 409


class InvalidTransition(OrderError):
    code = "invalid_transition"
    status = 409


class RateLimited(OrderError):
    """Too many requests. `retry_after` is in whole seconds, where known."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class Unavailable(OrderError):
    """What it takes is away for a while. `retry_after` is in whole seconds, where known."""

    code = "unavailable"
    status = 503

    def __init__(self, message: str, *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


def in_list(index: int, refused: OrderError) -> OrderError:
    """The error of one order in a list, with the order's position in the message and in the field names."""
    fields = None if refused.fields is None else {f"{index}.{name}": found for name, found in refused.fields.items()}
    message = f"Order {index + 1} of the list: {refused.message}"
    return type(refused)(message, fields=fields, current=refused.current)
