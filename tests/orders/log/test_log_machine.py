"""Whatever is done to orders in whatever turn: old snapshot and events together are the fresh snapshot."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from orders import trading
from orders.domain import rows
from orders.domain.errors import OrderError
from orders.domain.lifecycle import TABS, ExecutionKind
from orders.log import events
from orders.models import Order
from tests.conftest import make_user
from tests.forms import scaled
from tests.orders import builders
from tests.orders.builders import rolled_back

D = Decimal

texts = st.sampled_from(["", "a", "größer"])
quantities = st.sampled_from([D(1), D(2), D(5)])
fields = st.fixed_dictionaries(
    {}, optional={"text": texts, "quantity": quantities, "price": st.sampled_from([D(1), D("2.50")])}
)
endings = st.sampled_from(["commit", "commit", "rollback"])


def tabs_of(table: dict[int, rows.Row]) -> dict[str, int]:
    """How many of these orders belong in each tab."""
    return {tab: sum(row["status"] in statuses for row in table.values()) for tab, statuses in TABS.items()}


class Writers(RuleBasedStateMachine):
    """Two owners, every way to write, and for each owner a client that knows nothing but the events."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.known: dict[User, tuple[int, dict[int, rows.Row]]] = {}
        self.instances: list[Order] = []

    @initialize()
    def begin(self) -> None:
        builders.instrument("AAPL")
        self.owners = [make_user("alice"), make_user("bob")]
        self.known = {owner: (0, {}) for owner in self.owners}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def write(self, ending: str, action: Any) -> None:
        """Runs it in a transaction of its own; a refusal of the rules or of the database undoes it like a rollback."""
        if ending == "rollback":
            with rolled_back(), suppress(OrderError, IntegrityError), transaction.atomic():
                action()
        else:
            with suppress(OrderError, IntegrityError), transaction.atomic():
                action()

    def some(self, number: int) -> Order | None:
        """An order by a random number: as it is, or as an instance that was read some time ago."""
        if number % 3 == 0 and self.instances:
            return self.instances[number % len(self.instances)]
        orders = list(Order.objects.order_by("pk"))
        return orders[number % len(orders)] if orders else None

    @rule(ending=endings, owner=st.integers(0, 1), quantity=quantities, text=texts)
    def place(self, ending: str, owner: int, quantity: Decimal, text: str) -> None:
        new = builders.new_order(quantity=quantity, text=text)
        self.write(ending, lambda: trading.place(self.owners[owner], new))

    @rule(ending=endings, number=st.integers(0), kind=st.sampled_from(ExecutionKind), quantity=quantities)
    def execute(self, ending: str, number: int, kind: ExecutionKind, quantity: Decimal) -> None:
        if order := self.some(number):
            fill = (quantity, D("1.23456789")) if kind is ExecutionKind.FILL else (None, None)
            self.write(ending, lambda: trading.execute(None, order.pk, builders.report(kind, *fill)))

    @rule(ending=endings, number=st.integers(0), changes=fields)
    def amend(self, ending: str, number: int, changes: dict[str, Any]) -> None:
        if order := self.some(number):
            self.write(ending, lambda: trading.amend(order.user, order.pk, order.version, changes))

    @rule(ending=endings, number=st.integers(0))
    def cancel(self, ending: str, number: int) -> None:
        if order := self.some(number):
            self.write(ending, lambda: trading.cancel(order.user, order.pk))

    @rule(number=st.integers(0))
    def keep_an_instance(self, number: int) -> None:
        if order := self.some(number):
            self.instances.append(builders.fresh(order) if Order.objects.filter(pk=order.pk).exists() else order)

    @rule(ending=endings, number=st.integers(0), changes=fields, named=st.booleans())
    def save(self, ending: str, number: int, changes: dict[str, Any], named: bool) -> None:
        if (order := self.some(number)) and order.pk:
            for name, value in changes.items():
                setattr(order, name, value)
            here = Order.objects.filter(pk=order.pk).exists()
            self.write(ending, lambda: order.save(update_fields=list(changes) if named and here else None))

    @rule(ending=endings, number=st.integers(0))
    def raise_by_expression(self, ending: str, number: int) -> None:
        if (order := self.some(number)) and Order.objects.filter(pk=order.pk).exists():
            order.quantity = F("quantity") + 1  # type: ignore[assignment]
            self.write(ending, lambda: order.save(update_fields=["quantity"]))
            order.refresh_from_db()

    @rule(ending=endings, number=st.integers(0), owner=st.integers(0, 1))
    def give_away(self, ending: str, number: int, owner: int) -> None:
        if order := self.some(number):
            self.write(ending, lambda: Order.objects.filter(pk=order.pk).update(user=self.owners[owner]))

    @rule(ending=endings, changes=fields, text=texts)
    def update(self, ending: str, changes: dict[str, Any], text: str) -> None:
        self.write(ending, lambda: Order.objects.filter(text=text).update(**changes))

    @rule(ending=endings, owners=st.lists(st.integers(0, 1), max_size=4))
    def bulk_create(self, ending: str, owners: list[int]) -> None:
        new = [Order(user=self.owners[o], symbol="AAPL", side="sell", quantity=D(3), price=D(4)) for o in owners]
        self.write(ending, lambda: Order.objects.bulk_create(new))

    @rule(ending=endings, text=texts)
    def bulk_update(self, ending: str, text: str) -> None:
        orders = list(Order.objects.order_by("pk")[::2])
        for order in orders:
            order.text = text
        self.write(ending, lambda: Order.objects.bulk_update(orders, ["text"]))

    @rule(ending=endings, number=st.integers(0))
    def delete(self, ending: str, number: int) -> None:
        if (order := self.some(number)) and order.pk and ending == "commit":
            self.write(ending, lambda: Order(pk=order.pk, user=order.user).delete())

    @rule(ending=endings, text=texts)
    def delete_some(self, ending: str, text: str) -> None:
        self.write(ending, lambda: Order.objects.filter(text=text, status="canceled").delete())

    @invariant()
    def every_client_holds_what_the_database_holds(self) -> None:
        for owner, (head, table) in self.known.items():
            told = builders.log_of(owner, after=head)
            assert [event["seq"] for event in told] == list(range(head + 1, head + 1 + len(told)))
            table = builders.apply(table, told)
            assert table == builders.snapshot_of(owner)
            self.known[owner] = (builders.head_of(owner), table)
            assert events.owner_totals(owner.pk).counts == tabs_of(table)
            assert self.known[owner][0] == head + len(told)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_old_snapshot_and_events_are_the_fresh_snapshot_after_any_turn_of_writes() -> None:
    run_state_machine_as_test(
        Writers,
        settings=settings(
            max_examples=scaled(8, 200),
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
