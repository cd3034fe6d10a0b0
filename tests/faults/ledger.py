"""What was acknowledged, what was committed and what arrived, held against each other: the judge of every fault.

A `Ledger` is written by the writers, a `Witness` by each client; `verdict` compares both with the log and the rows as
they are once everything is quiet. Each finding is counted, so that a test can also demand that one is found.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

Event = dict[str, Any]
Order = dict[str, Any]


@dataclass
class Ledger:
    """The answers that promised something: (order id, version) of each owner, and marks of what was rolled back."""

    acknowledged: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    rolled_back: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, order: Order, seconds: float | None = None) -> None:
        """A 200 or 201, or a commit that returned: this version of the order is promised to its owner."""
        with self._lock:
            self.acknowledged.setdefault(order["user"], set()).add((order["id"], order["version"]))
            if seconds is not None:
                self.seconds.append(seconds)

    def roll_back(self, mark: str) -> None:
        """What carries this client_order_id or text must never be seen by anybody."""
        with self._lock:
            self.rolled_back.add(mark)

    def fail(self, why: str) -> None:
        """A write that was refused or broken off without an answer, where the fault does not excuse it."""
        with self._lock:
            self.failed.append(why)


@dataclass
class Witness:
    """One client of `user`: what it held when it began, and each event it applied, in the order of applying."""

    user: str
    snapshot: dict[int, Order] = field(default_factory=dict)
    after: int = 0
    applied: list[Event] = field(default_factory=list)
    foreign: int = 0

    def table(self) -> dict[int, Order]:
        """What its screen shows now."""
        orders = dict(self.snapshot)
        for event in self.applied:
            if event["kind"] == "deleted":
                orders.pop(event["order"]["id"], None)
            else:
                orders[event["order"]["id"]] = event["order"]
        return orders


@dataclass(frozen=True)
class Verdict:
    """How often each promise was broken; all zero is a pass."""

    lost: int
    phantom: int
    doubled: int
    disordered: int
    foreign: int
    diverged: int
    holes: int

    @property
    def clean(self) -> bool:
        return not any(asdict(self).values())

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in asdict(self).items())


def verdict(ledger: Ledger, witnesses: Iterable[Witness], logs: dict[str, list[Event]], rows: list[Order]) -> Verdict:
    """`logs` is each owner's whole log as the database holds it, `rows` every order as REST or the database has it."""
    lost = phantom = doubled = disordered = foreign = diverged = holes = 0
    for user, log in logs.items():
        holes += sum(event["seq"] != place for place, event in enumerate(log, log[0]["seq"] if log else 1))
        known = {(event["order"]["id"], event["order"]["version"]) for event in log}
        lost += len(ledger.acknowledged.get(user, set()) - known)
        phantom += sum(_marked(event, ledger.rolled_back) for event in log)
    for witness in witnesses:
        log = [event for event in logs[witness.user] if event["seq"] > witness.after]
        committed = {event["seq"]: _text(event) for event in log}
        seqs = [event["seq"] for event in witness.applied]
        lost += len(committed.keys() - set(seqs))
        phantom += sum(committed.get(event["seq"]) != _text(event) for event in witness.applied)
        doubled += len(seqs) - len(set(seqs))
        disordered += sum(later <= earlier for earlier, later in pairwise(seqs))
        disordered += _versions_going_back(witness.applied)
        foreign += witness.foreign + sum(event["user"] != witness.user for event in witness.applied)
        mine = {row["id"]: row for row in rows if row["user"] == witness.user}
        diverged += _text(witness.table()) != _text(mine)
    return Verdict(lost, phantom, doubled, disordered, foreign, diverged, holes)


def _text(value: Any) -> str:
    """Canonical JSON, without what says only how an event came."""
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if key not in ("hops", "replay")}
    return json.dumps(value, sort_keys=True)


def _marked(event: Event, marks: set[str]) -> bool:
    return event["order"]["client_order_id"] in marks or event["order"]["text"] in marks


def _versions_going_back(events: list[Event]) -> int:
    newest: dict[int, int] = {}
    back = 0
    for event in events:
        order, version = event["order"]["id"], event["order"]["version"]
        back += version <= newest.get(order, 0)
        newest[order] = max(version, newest.get(order, 0))
    return back
