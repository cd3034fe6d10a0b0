"""An upstream's protocol: builds the messages to send and parses the received ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from market.feeds.pace import Patience
from market.live.ticks import Tick

_decode = json.JSONDecoder(parse_float=Decimal).decode
# Everything that parsing an unexpected message can raise; decimal's own errors are not ValueErrors.
UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The upstream confirms that this symbol is subscribed."""

    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The upstream has no such symbol."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """This symbol is temporarily unavailable."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Venue:
    """The state of the upstream as a whole; `says` is empty in normal operation."""

    says: str = ""
    is_trading: bool = True


@dataclass(frozen=True, slots=True)
class OverLimit:
    """One subscription exceeds the upstream's limit; the upstream does not say which."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An ignored message, or an ignored part of one; `reason` is one of `counts`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error that names nothing to act on."""

    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The state of the subscriptions is unknown: the client must reconnect."""

    why: str


Answer = Accepted | Refused | Postponed | Venue | OverLimit | Ignored | Complaint | Broken
Told = Tick | Answer
Method = Literal["subscribe", "unsubscribe"]


class Dialect(Protocol):
    """One upstream's protocol, without its connection. All symbols, in ticks too, are the upstream's names."""

    name: str
    silence_seconds: float  # a connection without messages for this long is dead
    batch: int  # max symbols per message
    patience: Patience  # timeouts of single symbols
    tells_at_once: bool  # a subscription is answered with the current price

    def url(self) -> str:
        """The address to connect to; may contain a key, so never show or log it."""

    def opened(self) -> None:
        """Reset the state of the previous connection: a new one is open."""

    def ask(self, method: Method, names: Sequence[str]) -> str:
        """The message that subscribes to, or unsubscribes from, at most `batch` symbols."""

    def ping(self) -> str | None:
        """A message that the upstream answers; None if its protocol has none."""

    def told(self, message: Any) -> Iterator[Told]:
        """Interpret a parsed message; never raises, whatever the message."""


def parsed(text: str | bytes) -> Any:
    """Parse JSON, with each fractional number as the exact Decimal; raises the errors in `UNREADABLE`."""
    return _decode(text if isinstance(text, str) else text.decode())


def number(value: object) -> Decimal:
    """A JSON number as a Decimal; ValueError for anything else."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise ValueError(f"not a number: {type(value).__name__}")


def milliseconds(value: object) -> float:
    """A JSON number as a time; ValueError for anything else."""
    return float(value) if type(value) is int else float(number(value))


def text(value: object) -> str:
    """A JSON string; ValueError for anything else."""
    if isinstance(value, str):
        return value
    raise ValueError(f"not a string: {type(value).__name__}")
