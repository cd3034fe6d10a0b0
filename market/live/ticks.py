"""What a price feed tells: ticks; and what it is asked: to carry a set of symbols, whatever its connection does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, Literal, NamedTuple, Protocol


class Empty(Enum):
    """Said of a side of the book: that nobody stands there. None says nothing of it."""

    EMPTY = "empty"


EMPTY: Final = Empty.EMPTY
Side = Decimal | Literal[Empty.EMPTY] | None


def standing(told: Side, before: Decimal | None) -> Decimal | None:
    """The best price of a side of the book after this was told of it; None where nobody stands there."""
    if told is EMPTY:
        return None
    return before if told is None else told


class Tick(NamedTuple):
    """A trade, the best prices of a book, or both, of one of our symbols; what is not told is None.

    A side of the book that has become empty is told: EMPTY. `at` is the upstream's clock in unix milliseconds,
    `day_open` the price that the day's change counts from.
    A tuple, since tens of thousands a second are made: a frozen dataclass takes four times as long to make.
    """

    symbol: str
    at: float
    last: Decimal | None = None
    size: Decimal | None = None
    bid: Side = None
    ask: Side = None
    day_open: Decimal | None = None
    is_trade: bool = False


class State(StrEnum):
    """How a feed stands; `REFUSED` lasts until somebody changes its key."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    DOWN = "down"
    REFUSED = "refused"


@dataclass
class Status:
    """`limit`: as many symbols are carried at once, None for any number; `counts`: what was ignored, by reason."""

    state: State = State.CONNECTING
    reason: str = ""
    limit: int | None = 50
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


Sink = Callable[[Tick], None]


class Feed(Protocol):
    """One upstream connection, whatever the number of symbols and viewers."""

    name: str
    status: Status

    def want(self, symbols: Mapping[str, str]) -> None:
        """From now on exactly these: ours → the feed's name. At most `status.limit`; returns at once."""

    async def run(self, sink: Sink) -> None:
        """Keeps the connection and hands on ticks until cancelled; never returns and never raises by itself."""
