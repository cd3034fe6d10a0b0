"""Others' orders: held by nobody who may not change them, and told neither by words nor by what a refusal costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from orders import trading
from orders.domain.errors import Forbidden, NotFound
from orders.models import Order
from orders.socket import commands
from orders.trading import Amend
from tests.orders.builders import fresh, place, report
from tests.orders.trading.test_concurrency import at_once, several_writers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

Attempt = Callable[[User, int], Any]
ATTEMPTS: dict[str, Attempt] = {
    "amend": lambda user, pk: trading.amend(user, pk, 1, {"text": "mine"}),
    "amend a list": lambda user, pk: trading.amend_many(user, [Amend(pk, 1, {"text": "mine"})]),
    "cancel": lambda user, pk: trading.cancel(user, pk),
    "execute": lambda user, pk: trading.execute(user, pk, report("accept")),
    "amend by socket": lambda user, pk: commands.run(
        user, "order.amend", {"order_id": pk, "expected_version": 1, "text": "mine"}
    ),
    "cancel by socket": lambda user, pk: commands.run(user, "order.cancel", {"order_id": pk}),
}


def is_free(order: Order) -> bool:
    """Whether another connection could lock it at this moment. (SQLite locks no rows.)"""

    def lock() -> bool:
        try:
            with transaction.atomic():
                Order.objects.select_for_update(nowait=True).get(pk=order.pk)
        except OperationalError:
            return False
        return True

    return not several_writers() or at_once(lock) == [True]


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_foreign_order_is_never_locked(
    alice: User, bob: User, desk: User, monkeypatch: pytest.MonkeyPatch, attempt: Attempt
) -> None:
    order = place(alice)
    has_perm = User.has_perm
    free: list[bool] = []

    def look_and_ask(user: User, *args: Any) -> bool:
        """In the middle of every refusal; after it, its locks would be gone."""
        free.append(is_free(order))
        return has_perm(user, *args)

    monkeypatch.setattr(User, "has_perm", look_and_ask)
    for user, refusal in ((bob, NotFound), (desk, Forbidden)):
        with pytest.raises(refusal):
            attempt(user, order.pk)
    assert set(free) == {True}
    assert fresh(order).version == 1


def test_an_order_of_ones_own_is_locked(alice: User) -> None:
    order = place(alice)
    with transaction.atomic():
        trading.amend(alice, order.pk, 1, {"text": "mine"})
        assert is_free(order) != several_writers()


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_foreign_order_costs_as_many_queries_as_none(alice: User, bob: User, attempt: Attempt) -> None:
    foreign = place(alice).pk

    def queries(order_id: int) -> list[str]:
        """As they are worded, for somebody whose permissions have yet to be read."""
        user = User.objects.get(pk=bob.pk)
        with CaptureQueriesContext(connection) as asked, pytest.raises(NotFound, match=r"^.*There is no such order\.$"):
            attempt(user, order_id)
        return [query["sql"].split("WHERE")[0] for query in asked]

    assert queries(foreign) == queries(foreign + 1000)
