"""What can go wrong with a request about orders, each with the code, status and message its sender is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME_LENGTH = 80
# What breaks off may do so after the commit.
UNKNOWN = "It is not known whether this was done: look at the orders before you do it anew."


def internal(method: str | None = None) -> str:
    """What is said of a fault of ours in answer to a request by this method; None: a command."""
    return f"Something went wrong here. {_what_now(method)}"


def unavailable(method: str | None = None) -> str:
    """And of a database that does not answer."""
    return f"The database does not answer. {_what_now(method)}"


def _what_now(method: str | None) -> str:
    return "Ask again in a moment." if method in ("GET", "HEAD", "OPTIONS") else UNKNOWN


class OrderError(Exception):
    """A refused request; `fields` maps a field to its messages, `current` is the order as it stands."""

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
        """The error's one JSON shape: `{"code","message","fields"?,"current"?}`."""
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
        """One field's; a name that can't be shown, which only a sender can have made up, is not repeated."""
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
    """`retry_after` is in whole seconds, where it is known."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class Unavailable(OrderError):
    code = "unavailable"
    status = 503


def in_list(index: int, refused: OrderError) -> OrderError:
    """The refusal of one order of a list, naming its place."""
    fields = None if refused.fields is None else {f"{index}.{name}": found for name, found in refused.fields.items()}
    message = f"Order {index + 1} of the list: {refused.message}"
    return type(refused)(message, fields=fields, current=refused.current)
