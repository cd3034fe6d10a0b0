"""What tells one upstream's protocol from another's: messages to send, and what the received ones say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from market.feeds.pace import Patience
from market.live.ticks import Tick

_decode = json.JSONDecoder(parse_float=Decimal).decode
# All that reading a strange message can raise: a decimal's own errors are no ValueErrors.
UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Accepted:
    """This symbol is subscribed, says the upstream."""

    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no such symbol."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """This symbol is not to be had now; in a moment it may be."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Venue:
    """How the whole upstream stands; `says` is empty where all is as usual."""

    says: str = ""
    is_trading: bool = True


@dataclass(frozen=True, slots=True)
class OverLimit:
    """One of the symbols asked for is one too many; which one is not told."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message, or a part of it, that nothing was made of; `reason` as in `counts`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error that names nothing we could act on."""

    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What is subscribed is not known any more: the connection has to start afresh."""

    why: str


Answer = Accepted | Refused | Postponed | Venue | OverLimit | Ignored | Complaint | Broken
Told = Tick | Answer
Method = Literal["subscribe", "unsubscribe"]


class Dialect(Protocol):
    """Knows no connection. Symbols, those of its ticks too, are the upstream's."""

    name: str
    silence_seconds: float  # a connection that told nothing for so long is dead
    batch: int  # as many symbols fit into one message
    patience: Patience  # with single symbols
    tells_at_once: bool  # a subscription is answered with the price that stands

    def url(self) -> str:
        """Where to connect; may hold a key and is shown to nobody."""

    def opened(self) -> None:
        """A new connection: what was known of the last one is void."""

    def ask(self, method: Method, names: Sequence[str]) -> str:
        """The message that subscribes to these, at most `batch`, or no longer."""

    def ping(self) -> str | None:
        """A message that the upstream answers, if it knows one."""

    def told(self, message: Any) -> Iterator[Told]:
        """What a parsed message says; never raises, whatever it is."""


def parsed(text: str | bytes) -> Any:
    """JSON with every broken number as the exact Decimal that was written; raises what `UNREADABLE` lists."""
    return _decode(text if isinstance(text, str) else text.decode())


def number(value: object) -> Decimal:
    """A JSON number as a Decimal; ValueError for anything else."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise ValueError(f"no number: {type(value).__name__}")


def milliseconds(value: object) -> float:
    """A JSON number as a time; ValueError for anything else."""
    return float(value) if type(value) is int else float(number(value))


def text(value: object) -> str:
    """A JSON string; ValueError for anything else."""
    if isinstance(value, str):
        return value
    raise ValueError(f"no text: {type(value).__name__}")
