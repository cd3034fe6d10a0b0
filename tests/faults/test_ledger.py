"""The judge finds each kind of broken promise, and nothing where all were kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.ledger import Ledger, Verdict, Witness, verdict


def event(seq: int, version: int = 1, *, order: int = 7, user: str = "alice", kind: str = "created") -> dict[str, Any]:
    row = {"id": order, "user": user, "version": version, "client_order_id": f"c{order}", "text": f"v{version}"}
    return {"seq": seq, "user": user, "kind": kind, "order": row}


LOG = [event(1), event(2, 2, kind="amended"), event(3, order=8)]
ROWS = [LOG[1]["order"], LOG[2]["order"]]


def judged(ledger: Ledger | None = None, rows: list[dict[str, Any]] | None = None, *applied: dict[str, Any]) -> Verdict:
    return verdict(ledger or Ledger(), [Witness("alice", applied=list(applied))], {"alice": LOG}, rows or ROWS)


def test_it_finds_nothing_where_every_promise_was_kept() -> None:
    ledger = Ledger()
    ledger.acknowledge(LOG[1]["order"])
    found = judged(ledger, None, LOG[0], LOG[1] | {"replay": True}, LOG[2])
    assert found.clean, str(found)


@pytest.mark.parametrize(
    ("broken", "applied"),
    [
        ("lost", [LOG[0], LOG[1]]),
        ("doubled", [LOG[0], LOG[0], LOG[1], LOG[2]]),
        ("disordered", [LOG[1], LOG[0], LOG[2]]),
        ("phantom", [*LOG, event(4, 3)]),
        ("foreign", [LOG[0], LOG[1], event(3, order=8, user="bob")]),
        ("diverged", [LOG[0], LOG[2]]),
    ],
)
def test_it_finds_what_is(broken: str, applied: list[dict[str, Any]]) -> None:
    found = judged(None, None, *applied)
    assert getattr(found, broken) > 0, str(found)


def test_it_finds_an_acknowledged_write_that_is_not_in_the_log() -> None:
    ledger = Ledger()
    ledger.acknowledge({"user": "alice", "id": 9, "version": 1})
    assert judged(ledger, None, *LOG).lost == 1


def test_it_finds_what_was_rolled_back_in_the_log() -> None:
    ledger = Ledger()
    ledger.roll_back("c8")
    assert judged(ledger, None, *LOG).phantom == 1


def test_it_finds_a_row_that_the_screen_shows_otherwise() -> None:
    rows = [LOG[1]["order"] | {"text": "another"}, LOG[2]["order"]]
    assert judged(None, rows, *LOG).diverged == 1


def test_it_finds_a_hole_in_the_log() -> None:
    found = verdict(Ledger(), [], {"alice": [LOG[0], LOG[2]]}, ROWS)
    assert found.holes > 0
