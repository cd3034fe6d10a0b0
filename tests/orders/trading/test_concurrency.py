"""Writers at the same time: nothing is done twice, nothing is told in another order than it was committed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orders import trading
from orders.domain.errors import ValidationFailed, VersionConflict
from orders.log import events, recording
from orders.models import Order
from orders.trading import limits
from tests.orders import builders
from tests.orders.builders import fresh, head_of, log_of, new_order, place, report, rolled_back, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PATIENCE = 60


def several_writers() -> bool:
    """SQLite lets one transaction write at a time: nobody can be met in the middle of one."""
    return connection.vendor == "postgresql"


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls return, each made in a thread of its own, all of them begun at the same moment."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            ready.wait(PATIENCE)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, call) for call in calls]]


def test_one_order_stands_however_many_place_it_at_once(alice: User) -> None:
    builders.instrument()
    with told(alice) as collected:
        for number in range(5):
            new = new_order(client_order_id=f"once-{number}")
            placed = at_once(*[lambda new=new: trading.place(alice, new)] * 4)
            assert sorted(one.created for one in placed) == [False, False, False, True]
            assert len({one.order.pk for one in placed}) == 1
    assert len(collected) == 5


def test_each_order_of_lists_stands_once_however_many_place_them_at_once(alice: User) -> None:
    builders.instrument()
    new = [new_order(client_order_id=f"once-{number}") for number in range(12)]
    lists = [new[:8], new[:8], new[4:], new]
    with told(alice) as collected:
        placed = at_once(*[lambda each=each: trading.place_many(alice, each) for each in lists])
    assert sum(one.created for done in placed for one in done) == len(collected) == len(new)
    assert len({one.order.pk for done in placed for one in done}) == len(new)


def test_one_fill_counts_however_many_report_it_at_once(alice: User) -> None:
    order = place(alice)
    fill = report("fill", "10", "5")
    done = at_once(*[lambda: trading.execute(None, order.pk, fill)] * 4)
    assert sorted(one.created for one in done) == [False, False, False, True]
    assert fresh(order).cum_qty == 10


def test_one_amendment_wins_however_many_expect_the_same_version(alice: User) -> None:
    order = place(alice)

    def amend(text: str) -> str:
        try:
            trading.amend(alice, order.pk, 1, {"text": text})
        except VersionConflict:
            return "conflict"
        return text

    done = at_once(*[lambda text=text: amend(text) for text in "abcd"])
    assert done.count("conflict") == 3
    assert fresh(order).text in done


def test_a_reader_never_sees_a_number_before_the_ones_below_it(alice: User) -> None:
    builders.instrument()
    writing = threading.Event()
    writing.set()

    def write() -> None:
        for _ in range(15):
            trading.place(alice, new_order())

    def read() -> list[int]:
        seen: list[int] = []
        while writing.is_set() or not seen or seen[-1] < head_of(alice):
            seen += [event.seq for event in events.since(alice.pk, seen[-1] if seen else 0)]
        return seen

    def write_all() -> None:
        try:
            at_once(write, write, write)
        finally:
            writing.clear()

    seen, _ = at_once(read, write_all)
    assert seen == list(range(1, 46))


def test_an_update_tells_of_every_row_it_wrote_whatever_matched_meanwhile(alice: User) -> None:
    first, second = place(alice, text="match"), place(alice, text="other")
    looked = threading.Event()

    def other_writer() -> None:
        with transaction.atomic():
            Order.objects.filter(pk=first.pk).update(quantity=5)
            Order.objects.filter(pk=second.pk).update(text="match")
            looked.set()
            wait_until_blocked()

    def update() -> int:
        looked.wait(PATIENCE)
        return Order.objects.filter(text="match").update(text="done")

    with told(alice):
        at_once(other_writer, update)


def wait_until_blocked() -> None:
    """Until another connection waits for this one's locks; on SQLite it cannot even begin."""
    if not several_writers():
        return
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    is_waiting = False
    while not is_waiting:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            is_waiting = cursor.fetchone()[0] > 0


def test_transactions_that_save_two_owners_in_opposite_orders_do_not_deadlock(alice: User, bob: User) -> None:
    builders.instrument()
    middle = threading.Barrier(2)

    def write(first: User, second: User) -> None:
        for _ in range(5):
            with transaction.atomic():
                trading.place(first, new_order())
                if several_writers():
                    middle.wait(PATIENCE)
                trading.place(second, new_order())

    with told(alice, bob) as collected:
        at_once(lambda: write(alice, bob), lambda: write(bob, alice))
    assert len(collected) == 20


def test_a_long_transaction_holds_up_no_other_change_of_its_owner(alice: User) -> None:
    long, short = place(alice), place(alice)
    written, committed = threading.Event(), threading.Event()

    def long_one() -> None:
        with transaction.atomic():
            trading.amend(alice, long.pk, 1, {"text": "long"})
            written.set()
            assert not several_writers() or committed.wait(PATIENCE)

    def short_one() -> None:
        assert written.wait(PATIENCE)
        trading.amend(alice, short.pk, 1, {"text": "short"})
        committed.set()

    with told(alice) as collected:
        at_once(long_one, short_one)
    # Numbers follow the commits, not the changes, and so do the times.
    texts = ["short", "long"] if several_writers() else ["long", "short"]
    assert [event["order"]["text"] for event in collected] == texts
    assert collected[0]["at"] < collected[1]["at"]


def test_what_a_savepoint_takes_back_is_never_numbered(alice: User) -> None:
    order = place(alice)
    with told(alice) as collected, transaction.atomic():
        trading.amend(alice, order.pk, 1, {"text": "before"})
        with rolled_back():
            trading.amend(alice, order.pk, 2, {"text": "taken back"})
        trading.amend(alice, order.pk, 2, {"text": "after"})
    assert [event["order"]["text"] for event in collected] == ["before", "after"]


def test_a_change_whose_number_can_not_be_had_is_not_made(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    order = place(alice)
    monkeypatch.setattr(recording, "_body", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trading.amend(alice, order.pk, 1, {"text": "lost"})
    monkeypatch.undo()
    with told(alice) as collected:
        trading.amend(alice, order.pk, 1, {"text": "kept"})
    assert [event["seq"] for event in collected] == [2]


def test_bulk_writes_over_several_owners_in_opposite_orders_do_not_deadlock(alice: User, bob: User) -> None:
    orders = [place(owner) for owner in (alice, bob, bob, alice)]
    forth, back = [order.pk for order in orders[:2]], [order.pk for order in orders[2:]]

    def write(ids: list[int], text: str) -> None:
        for number in range(10):
            Order.objects.filter(pk__in=ids).update(text=f"{text} {number}")
            new = [Order(user=owner, symbol="AAPL", side="buy", quantity=1, price=1) for owner in (bob, alice)]
            Order.objects.bulk_create(new)
            Order.objects.filter(pk__in=[order.pk for order in new]).delete()

    with told(alice, bob) as collected:
        at_once(lambda: write(forth, "forth"), lambda: write(back, "back"), lambda: write(forth + back, "both"))
    assert len(collected) == 10 * (2 + 2 + 2 + 2 + 2 + 2 + 4 + 2 + 2)
    assert [event["seq"] for event in log_of(bob)] == list(range(1, head_of(bob) + 1))


@pytest.mark.parametrize("together", [1, 3])
def test_a_limit_on_open_orders_holds_however_many_place_at_once(
    alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    settings.ORDERS_MAX_OPEN = 5 + together
    for _ in range(5):
        place(alice)
    writers = 6
    counted = threading.Barrier(writers)
    room, first = limits.room, threading.local()

    def room_as_all_find_it(user: User) -> int | None:
        """Nobody places before everybody has seen that there is room, where the database lets them."""
        found = room(user)
        if several_writers() and not getattr(first, "is_over", False):
            first.is_over = True
            counted.wait(PATIENCE)
        return found

    def try_to_place() -> bool:
        try:
            trading.place_many(alice, [new_order() for _ in range(together)])
        except ValidationFailed:
            return False
        return True

    monkeypatch.setattr(limits, "room", room_as_all_find_it)
    with told(alice) as collected:
        done = at_once(*[try_to_place] * writers)
    assert sorted(done) == [False] * (writers - 1) + [True]
    assert len(collected) == together
    assert Order.objects.for_trader(alice).working().count() == 5 + together


def test_a_list_beyond_the_limit_is_refused_as_one_and_counted_once(alice: User, settings: Any) -> None:
    place(alice)
    settings.ORDERS_MAX_OPEN = 4
    with pytest.raises(ValidationFailed, match="Order 4 of the list: You may have 4 open orders at most"):
        trading.place_many(alice, [new_order() for _ in range(5)])
    assert Order.objects.count() == 1
    with CaptureQueriesContext(connection) as queries:
        trading.place_many(alice, [new_order() for _ in range(3)])
    assert sum("COUNT" in query["sql"] for query in queries) == 2  # before, and once more at the commit
    assert Order.objects.count() == 4
