"""Client frames, parsed from their text: protocol version 1 (docs/protocol.md).

`parse` takes a client's text frame and returns one of the frame classes, or raises `WireError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.live.viewers import RATES
from market.models import SYMBOL
from orders.domain.errors import OrderError, ValidationFailed
from orders.protocol import strict_json

MAX_NAME = 150
MAX_ID = 64
# Means all users, wherever a user's name is expected.
EVERYONE = "*"

STREAMS = ("orders", "quotes", "forecasts")
SYMBOLS = 1000
FORECASTS = 500

COMMANDS = ("order.place", "order.amend", "order.cancel")

Id = str | int | None


class WireError(OrderError):
    """An invalid frame; counts as a strike against its client."""

    status = 400

    def __init__(
        self, code: str, message: str, frame_id: Id = None, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(message, fields=fields)
        self.code = code
        self.frame_id = frame_id


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: Id
    user: str | None
    after: int | dict[str, int] | None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    id: Id
    user: str | None


@dataclass(frozen=True, slots=True)
class Received:
    id: Id
    user: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class Ping:
    id: Id
    client_time: float


@dataclass(frozen=True, slots=True)
class Command:
    """`order.place`, `order.amend` or `order.cancel` with its fields."""

    id: Id
    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SubscribeQuotes:
    """`per_second`: the max number of updates a second; None for the default."""

    id: Id
    symbols: tuple[str, ...]
    per_second: int | None


@dataclass(frozen=True, slots=True)
class UnsubscribeQuotes:
    """`symbols`: None for all."""

    id: Id
    symbols: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SubscribeForecasts:
    """`orders`: which of one's own orders; None for the newest working ones."""

    id: Id
    orders: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class UnsubscribeForecasts:
    id: Id


Frame = (
    Subscribe
    | Unsubscribe
    | SubscribeQuotes
    | UnsubscribeQuotes
    | SubscribeForecasts
    | UnsubscribeForecasts
    | Received
    | Ping
    | Command
)


def parse(text: str) -> Frame:
    """Parse a text frame. Raises WireError with the code bad_json, bad_message or unknown_type where it is invalid."""
    try:
        message = strict_json.loads(text)
    except strict_json.GivenTwice as twice:
        raise _given_twice(twice) from twice
    except ValueError as error:
        raise WireError("bad_json", "Not valid JSON.") from error
    if not isinstance(message, dict):
        raise WireError("bad_message", "A frame must be a JSON object.")
    frame_id = message.get("id")
    if frame_id is not None and not _is_id(frame_id):
        raise WireError("bad_message", f"id must be a whole number or a string of at most {MAX_ID} characters.")
    try:
        return _frame(message, frame_id)
    except WireError as error:
        error.frame_id = frame_id
        raise


def _given_twice(twice: strict_json.GivenTwice) -> WireError:
    """The error for a repeated key, the same as REST's where the frame is a command.

    It carries the frame's `id`, unless that is the repeated key.
    """
    message: dict[str, Any] = twice.body if isinstance(twice.body, dict) else {}
    frame_id = message.get("id")
    refused = ValidationFailed.at(twice.name, "Given more than once.")
    code = refused.code if message.get("type") in COMMANDS else "bad_message"
    return WireError(
        code, refused.message, frame_id if twice.name != "id" and _is_id(frame_id) else None, refused.fields
    )


def _frame(message: dict[str, Any], frame_id: Id) -> Frame:
    kind = message.get("type")
    if not isinstance(kind, str):
        raise WireError("bad_message", "A frame must have a type.")
    match kind:
        case "subscribe":
            return _subscribe(message, frame_id)
        case "unsubscribe":
            return _unsubscribe(message, frame_id)
        case "received":
            seq: Any = message.get("seq")
            if not _is_seq(seq):
                raise WireError("bad_message", "seq must be a whole number, 0 or more.")
            return Received(frame_id, _user(message), seq)
        case "ping":
            return Ping(frame_id, _client_time(message))
        case _ if kind in COMMANDS:
            return Command(frame_id, kind, {key: value for key, value in message.items() if key not in ("id", "type")})
    raise WireError("unknown_type", f"Unknown frame type {kind[:40]!r}.")


def _subscribe(message: Mapping[str, Any], frame_id: Id) -> Frame:
    match _stream(message):
        case "quotes":
            return SubscribeQuotes(frame_id, _symbols(message.get("symbols")), _per_second(message))
        case "forecasts":
            return SubscribeForecasts(frame_id, _orders(message.get("orders")))
    return Subscribe(frame_id, _user(message), _after(message))


def _unsubscribe(message: Mapping[str, Any], frame_id: Id) -> Frame:
    match _stream(message):
        case "quotes":
            symbols = message.get("symbols")
            return UnsubscribeQuotes(frame_id, None if symbols is None else _symbols(symbols))
        case "forecasts":
            return UnsubscribeForecasts(frame_id)
    return Unsubscribe(frame_id, _user(message))


def _client_time(message: Mapping[str, Any]) -> float:
    client_time = message.get("client_time")
    if isinstance(client_time, bool) or not isinstance(client_time, int | Decimal):
        raise WireError("bad_message", "client_time must be a number of milliseconds.")
    return client_time if isinstance(client_time, int) else float(client_time)


def _stream(message: Mapping[str, Any]) -> str:
    stream = message.get("stream")
    if not isinstance(stream, str) or stream not in STREAMS:
        raise WireError("bad_message", 'stream must be "orders", "quotes" or "forecasts".')
    return stream


def _symbols(symbols: Any) -> tuple[str, ...]:
    if not isinstance(symbols, list) or not 0 < len(symbols) <= SYMBOLS:
        raise WireError("bad_message", f"symbols must be a list of 1 to {SYMBOLS} symbols.")
    if not all(isinstance(symbol, str) and re.fullmatch(SYMBOL, symbol) for symbol in symbols):
        raise WireError("bad_message", "A symbol must have 1 to 20 characters: A-Z, 0-9, dot and hyphen.")
    return tuple(dict.fromkeys(symbols))


def _orders(orders: Any) -> tuple[int, ...] | None:
    if orders is None:
        return None
    if not isinstance(orders, list) or not 0 < len(orders) <= FORECASTS or not all(map(_is_seq, orders)):
        raise WireError("bad_message", f"orders must be a list of 1 to {FORECASTS} order ids.")
    return tuple(dict.fromkeys(orders))


def _per_second(message: Mapping[str, Any]) -> int | None:
    per_second = message.get("per_second")
    if per_second is not None and (type(per_second) is not int or per_second not in RATES):
        raise WireError("bad_message", f"per_second must be one of {', '.join(map(str, RATES))}.")
    return per_second


def _user(message: Mapping[str, Any]) -> str | None:
    user = message.get("user")
    if user is not None and (not isinstance(user, str) or not 0 < len(user) <= MAX_NAME):
        raise WireError("bad_message", "user must be a user's name.")
    return user


def _after(message: Mapping[str, Any]) -> int | dict[str, int] | None:
    after = message.get("after")
    if message.get("user") == EVERYONE:
        if after is None or (isinstance(after, dict) and all(map(_is_seq, after.values()))):
            return after
        raise WireError("bad_message", 'after must be an object {user: seq} where user is "*".')
    if after is None or _is_seq(after):
        return after
    raise WireError("bad_message", "after must be a whole number, 0 or more.")


def _is_seq(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and len(value) <= MAX_ID) or (isinstance(value, int) and not isinstance(value, bool))
