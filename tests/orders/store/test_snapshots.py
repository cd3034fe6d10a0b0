"""A snapshot's reads are all of one moment, whatever others commit meanwhile, and hold nobody up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection

from orders.listing import totals
from orders.models import Order
from orders.store.snapshots import read_snapshot
from tests.orders.builders import head_of, place


def elsewhere(work: Callable[[], Any]) -> None:
    """Does the work on a database connection of its own, and waits for it."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_what_is_committed_meanwhile_is_not_seen(alice: User) -> None:
    place(alice)
    with read_snapshot():
        assert Order.objects.count() == 1
        elsewhere(lambda: place(alice))
        assert Order.objects.count() == 1
        assert head_of(alice) == 1
    assert Order.objects.count() == 2
    assert head_of(alice) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_an_error_ends_the_snapshot(alice: User) -> None:
    with pytest.raises(Order.DoesNotExist), read_snapshot():
        Order.objects.get()
    place(alice)
    with read_snapshot():
        assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_nothing_written_in_a_snapshot_stays(alice: User) -> None:
    place(alice)
    with suppress(DatabaseError), read_snapshot():  # PostgreSQL refuses at once
        Order.objects.filter(user=alice)._raw_delete("default")
    assert Order.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.both_databases
def test_inside_a_transaction_that_one_is_the_snapshot(alice: User) -> None:
    with read_snapshot():
        place(alice)
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_a_table_rows_counts_and_head_agree_while_orders_come_in(
    as_user: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(alice)
    book = totals.book

    def book_while_another_order_comes(owner: User | None) -> totals.Book:
        found = book(owner)
        elsewhere(lambda: place(alice))
        return found

    monkeypatch.setattr(totals, "book", book_while_another_order_comes)
    answer = as_user(alice).get("/api/orders/?format=datatables").json()
    assert (answer["head"], answer["recordsTotal"], len(answer["data"]), answer["counts"]["all"]) == (1, 1, 1, 1)
    assert head_of(alice) == 2
