"""The interface of a price feed: it takes a set of wanted symbols and produces ticks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, Literal, NamedTuple, Protocol


class Empty(Enum):
    """Marks a side of the book as empty; None means that a tick says nothing about that side."""

    EMPTY = "empty"


EMPTY: Final = Empty.EMPTY
Side = Decimal | Literal[Empty.EMPTY] | None


def standing(told: Side, before: Decimal | None) -> Decimal | None:
    """The best price of a side of the book after an update; None if that side is empty."""
    if told is EMPTY:
        return None
    return before if told is None else told


class Tick(NamedTuple):
    """A trade, the best prices of a book, or both, of one of our symbols; fields without news are None.

    A side of the book that became empty is EMPTY. `at` is the upstream's clock in unix milliseconds, `day_open` the
    price that the day's change counts from.
    A tuple, because tens of thousands are created per second: a frozen dataclass takes four times as long to create.
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
    """A feed's state; `REFUSED` lasts until its key is changed."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    DOWN = "down"
    REFUSED = "refused"


@dataclass
class Status:
    """`limit`: max symbols at once, None for any number; `counts`: how much input was ignored, by reason."""

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
        """Replace the wanted symbols: ours → the feed's name, at most `status.limit`. Returns at once."""

    async def run(self, sink: Sink) -> None:
        """Keep the connection and pass ticks to the sink until cancelled; never returns and never raises by itself."""
