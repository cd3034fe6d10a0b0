"""`manage.py trim_log` drops what nobody wants kept, in short steps, and a client beyond it is told to reload."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from orders.log import events, upkeep
from orders.management.commands import trim_log
from orders.models import OrderEvent
from tests.orders.builders import place
from tests.orders.log.test_after_restore import bring_back
from tests.orders.store.test_snapshots import elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


def trimmed(*options: str) -> list[str]:
    """What the command prints."""
    out = StringIO()
    call_command("trim_log", *options, stdout=out)
    return out.getvalue().splitlines()


def seqs(user: User) -> list[int]:
    return list(OrderEvent.objects.filter(user=user).order_by("seq").values_list("seq", flat=True))


def grow_old(user: User, through: int, days: int) -> None:
    OrderEvent.objects.filter(user=user, seq__lte=through).update(at=timezone.now() - timedelta(days=days))


@pytest.fixture(autouse=True)
def ten_of_alice_and_three_of_bob(alice: User, bob: User) -> None:
    for owner, number in ((alice, 10), (bob, 3)):
        for _ in range(number):
            place(owner)


@pytest.mark.both_databases
def test_the_newest_of_each_owner_are_kept(alice: User, bob: User) -> None:
    assert trimmed("--keep", "4") == ["alice: 6 dropped, 4 kept.", "6 events of 1 owners dropped."]

    assert seqs(alice) == [7, 8, 9, 10]
    assert seqs(bob) == [1, 2, 3]
    assert events.head_and_trimmed(alice.pk) == (10, 6)


@pytest.mark.both_databases
def test_the_young_ones_are_kept(alice: User, bob: User) -> None:
    grow_old(alice, through=7, days=8)
    grow_old(bob, through=3, days=6)

    assert trimmed("--days", "7") == ["alice: 7 dropped, 3 kept.", "7 events of 1 owners dropped."]

    assert seqs(alice) == [8, 9, 10]
    assert seqs(bob) == [1, 2, 3]


@pytest.mark.parametrize(("keep", "left"), [(5, [6, 7, 8, 9, 10]), (1, [8, 9, 10])])
def test_what_either_wants_kept_is_kept(alice: User, keep: int, left: list[int]) -> None:
    grow_old(alice, through=7, days=8)

    trimmed("--days", "7", "--keep", str(keep))

    assert seqs(alice) == left


def test_one_owner_alone_can_be_named(alice: User, bob: User) -> None:
    trimmed("--keep", "0", "--user", "bob")

    assert seqs(bob) == []
    assert len(seqs(alice)) == 10


@pytest.mark.both_databases
def test_a_second_time_there_is_nothing_to_do_and_what_comes_goes_on_counting(alice: User) -> None:
    trimmed("--keep", "0")

    assert trimmed("--keep", "0") == ["0 events of 0 owners dropped."]
    place(alice)
    assert seqs(alice) == [11]


@pytest.mark.both_databases
def test_it_goes_in_steps_between_which_others_write(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    trim = upkeep.trim

    def trim_while_another_order_comes(user_id: int, through: int, **options: Any) -> int:
        number = trim(user_id, through, **options)
        elsewhere(lambda: place(alice))
        steps.append(number)
        return number

    monkeypatch.setattr(trim_log, "BATCH", 3)
    monkeypatch.setattr(upkeep, "trim", trim_while_another_order_comes)
    trimmed("--keep", "2", "--user", "alice")

    assert steps == [3, 3, 2]
    assert seqs(alice) == [9, 10, 11, 12, 13]


@pytest.mark.parametrize("options", [[], ["--keep", "-1"], ["--days", "-1"], ["--keep", "1", "--user", "nobody"]])
def test_what_makes_no_sense_is_refused_and_drops_nothing(alice: User, options: list[str]) -> None:
    with pytest.raises(CommandError):
        trimmed(*options)

    assert len(seqs(alice)) == 10


@pytest.mark.both_databases
def test_what_a_restore_has_left_is_trimmed_too_in_the_same_steps(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    trim = upkeep.trim

    def noted(user_id: int, through: int, **options: Any) -> int:
        steps.append(trim(user_id, through, **options))
        return steps[-1]

    bring_back(alice, 8)
    call_command("after_restore", verbosity=0)
    place(alice)
    head, through = events.head_and_trimmed(alice.pk)
    monkeypatch.setattr(trim_log, "BATCH", 3)
    monkeypatch.setattr(upkeep, "trim", noted)

    assert trimmed("--keep", "4", "--user", "alice") == ["alice: 5 dropped, 4 kept.", "5 events of 1 owners dropped."]
    assert seqs(alice) == [6, 7, 8, head]
    grow_old(alice, through=7, days=8)
    trimmed("--days", "7", "--user", "alice")
    assert seqs(alice) == [8, head]
    trimmed("--keep", "1", "--user", "alice")
    assert seqs(alice) == [head]
    assert steps == [3, 2, 2, 1]
    assert events.head_and_trimmed(alice.pk) == (head, through)


@pytest.mark.parametrize("option", ["--keep=1_0", "--keep=-1", "--keep=\u0661", "--days=1e1", "--days=nan"])
def test_a_number_is_written_as_anywhere(option: str) -> None:
    with pytest.raises(CommandError, match=r"argument --\w+: invalid"):
        call_command("trim_log", option)
