"""The order lifecycle: states, the legal steps between them and the arithmetic of fills, without Django.

Names and codes are FIX's (OrdStatus, OrdType, TimeInForce, ExecType, AvgPx). `STEPS` is the complete table of legal
steps; any other step raises `IllegalStep`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum

DECIMAL_PLACES = 8
ZERO = Decimal(0)


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"


class TimeInForce(StrEnum):
    DAY = "day"
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


class Status(StrEnum):
    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Kind(StrEnum):
    """The kind of an event: what happened to its order."""

    CREATED = "created"
    ACCEPTED = "accepted"
    AMENDED = "amended"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_REFUSED = "cancel_refused"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CORRECTED = "corrected"
    DELETED = "deleted"


class ExecutionKind(StrEnum):
    """What a broker can report."""

    ACCEPT = "accept"
    REJECT = "reject"
    FILL = "fill"
    CANCEL = "cancel"
    CANCEL_REFUSED = "cancel_refused"
    EXPIRE = "expire"


class Step(StrEnum):
    """A step of an order: a report of its broker or a request of its owner."""

    ACCEPT = "accept"
    REJECT = "reject"
    FILL = "fill"
    CANCEL = "cancel"
    CANCEL_REFUSED = "cancel_refused"
    EXPIRE = "expire"
    AMEND = "amend"
    REQUEST_CANCEL = "request_cancel"


STATUS_LABELS = {
    Status.PENDING_NEW: "Waiting for broker",
    Status.NEW: "Working",
    Status.PARTIALLY_FILLED: "Partly filled",
    Status.FILLED: "Filled",
    Status.PENDING_CANCEL: "Cancelling",
    Status.CANCELED: "Cancelled",
    Status.REJECTED: "Rejected",
    Status.EXPIRED: "Expired",
}

ORDER_TYPE_LABELS = {each: each.replace("_", " ").capitalize() for each in OrderType}

KIND_LABELS = {
    Kind.CREATED: "Placed",
    Kind.ACCEPTED: "Accepted",
    Kind.AMENDED: "Amended",
    Kind.PARTIALLY_FILLED: "Part fill",
    Kind.FILLED: "Filled",
    Kind.CANCEL_REQUESTED: "Cancel requested",
    Kind.CANCEL_REFUSED: "Cancel refused",
    Kind.CANCELED: "Cancelled",
    Kind.REJECTED: "Rejected",
    Kind.EXPIRED: "Expired",
    Kind.CORRECTED: "Corrected",
    Kind.DELETED: "Deleted",
}

WORKING = frozenset({Status.PENDING_NEW, Status.NEW, Status.PARTIALLY_FILLED, Status.PENDING_CANCEL})
CLOSED = frozenset({Status.CANCELED, Status.REJECTED, Status.EXPIRED})
DONE = CLOSED | {Status.FILLED}

TABS: dict[str, frozenset[Status]] = {
    "working": WORKING,
    "filled": frozenset({Status.FILLED}),
    "closed": CLOSED,
    "all": frozenset(Status),
}
# Each status is in one of these tabs, and in "all".
TAB_OF: dict[str, str] = {status: tab for tab, statuses in TABS.items() if tab != "all" for status in statuses}

STEPS: dict[Status, frozenset[Step]] = {
    Status.PENDING_NEW: frozenset(
        {Step.AMEND, Step.ACCEPT, Step.REJECT, Step.FILL, Step.REQUEST_CANCEL, Step.CANCEL, Step.EXPIRE}
    ),
    Status.NEW: frozenset({Step.FILL, Step.AMEND, Step.REJECT, Step.REQUEST_CANCEL, Step.CANCEL, Step.EXPIRE}),
    Status.PARTIALLY_FILLED: frozenset({Step.FILL, Step.AMEND, Step.REQUEST_CANCEL, Step.CANCEL, Step.EXPIRE}),
    Status.PENDING_CANCEL: frozenset({Step.FILL, Step.CANCEL, Step.CANCEL_REFUSED, Step.EXPIRE}),
    Status.CANCELED: frozenset({Step.FILL}),
    Status.EXPIRED: frozenset({Step.FILL}),
    Status.FILLED: frozenset(),
    Status.REJECTED: frozenset(),
}


class IllegalStep(Exception):
    """The order's status does not allow this step."""

    def __init__(self, status: Status, step: Step) -> None:
        super().__init__(f"An order that is {status} does not allow the step {step}.")
        self.status = status
        self.step = step


@dataclass(frozen=True, slots=True)
class Transition:
    """The status that a step leads to, and the kind of event that records it."""

    status: Status
    kind: Kind


# Steps that lead to the same status from every status.
ENDS: dict[Step, Transition] = {
    Step.ACCEPT: Transition(Status.NEW, Kind.ACCEPTED),
    Step.REJECT: Transition(Status.REJECTED, Kind.REJECTED),
    Step.CANCEL: Transition(Status.CANCELED, Kind.CANCELED),
    Step.EXPIRE: Transition(Status.EXPIRED, Kind.EXPIRED),
}


def is_legal(status: Status, step: Step) -> bool:
    return step in STEPS[status]


def open_status(quantity: Decimal, cum_qty: Decimal) -> Status:
    """The status of an accepted order without a pending cancel, from its quantities alone."""
    if cum_qty >= quantity:
        return Status.FILLED
    return Status.PARTIALLY_FILLED if cum_qty > ZERO else Status.NEW


def leaves_qty(status: Status, quantity: Decimal, cum_qty: Decimal) -> Decimal:
    """LeavesQty: what is still to be filled; 0 in every closed state."""
    return ZERO if status in DONE else quantity - cum_qty


def avg_price(gross_trade_amount: Decimal, cum_qty: Decimal) -> Decimal | None:
    """AvgPx: the volume-weighted price of the fills, half-even to 8 decimals; None before the first fill."""
    if cum_qty == ZERO:
        return None
    with localcontext(prec=60):
        return (gross_trade_amount / cum_qty).quantize(Decimal(1).scaleb(-DECIMAL_PLACES), ROUND_HALF_EVEN)


def step(status: Status, step: Step, quantity: Decimal, cum_qty: Decimal) -> Transition:
    """The transition of a step; `quantity` and `cum_qty` are the values after it. Raises IllegalStep."""
    if not is_legal(status, step):
        raise IllegalStep(status, step)
    match step:
        case Step.FILL if cum_qty >= quantity:
            return Transition(Status.FILLED, Kind.FILLED)
        case Step.FILL:
            stays = status in CLOSED or status is Status.PENDING_CANCEL
            return Transition(status if stays else Status.PARTIALLY_FILLED, Kind.PARTIALLY_FILLED)
        case Step.AMEND:
            amended = Status.PENDING_NEW if status is Status.PENDING_NEW else open_status(quantity, cum_qty)
            return Transition(amended, Kind.AMENDED)
        case Step.CANCEL_REFUSED:
            return Transition(open_status(quantity, cum_qty), Kind.CANCEL_REFUSED)
        case Step.REQUEST_CANCEL if status is not Status.PENDING_NEW:
            return Transition(Status.PENDING_CANCEL, Kind.CANCEL_REQUESTED)
    return ENDS[Step.CANCEL if step is Step.REQUEST_CANCEL else step]
