"""Placing, amending, cancelling and executing: the rules that every way in shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from orders import trading
from orders.domain import rows, rules
from orders.domain.errors import (
    DuplicateClientOrderId,
    DuplicateExecId,
    Forbidden,
    InvalidTransition,
    NotFound,
    OrderError,
    ValidationFailed,
    VersionConflict,
)
from orders.domain.lifecycle import DONE, STEPS, OrderType, Side, Status, Step, TimeInForce
from orders.models import Order
from orders.trading import bulk
from tests.orders import builders
from tests.orders.builders import execute, fill, fresh, head_of, log_of, new_order, order_in, place, report, told
from tests.tables import failing

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def aapl() -> None:
    builders.instrument("AAPL")


@pytest.mark.both_databases
def test_a_list_is_looked_up_and_written_together(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(24), told(alice) as collected:
        placed = trading.place_many(alice, [new_order() for _ in range(200)])
    assert [event["order"] for event in collected] == [rows.order_row(one.order) for one in placed]


def test_a_placed_order_waits_for_the_broker_with_all_of_it_left(alice: User) -> None:
    row = rows.order_row(fresh(place(alice, client_order_id="mine-1", text="good morning")))
    assert row["status"] == "pending_new"
    assert (row["user"], row["client_order_id"], row["text"]) == ("alice", "mine-1", "good morning")
    assert (row["quantity"], row["cum_qty"], row["leaves_qty"], row["avg_price"]) == ("100", "0", "100", None)
    assert row["version"] == 1


def test_an_order_without_a_client_order_id_gets_one(alice: User) -> None:
    first, second = place(alice), place(alice)
    assert len(first.client_order_id) == 36
    assert first.client_order_id != second.client_order_id


@pytest.mark.both_databases
def test_placing_the_same_body_again_returns_the_order_that_stands(alice: User) -> None:
    first = trading.place(alice, new_order(client_order_id="once", quantity="18", price="585.33"))
    again = trading.place(alice, new_order(client_order_id="once", quantity="18.000", price="585.3300"))
    assert (first.created, again.created) == (True, False)
    assert again.order.pk == first.order.pk
    assert head_of(alice) == 1


def test_placing_again_finds_the_order_even_after_it_has_moved_on(alice: User) -> None:
    order = place(alice, client_order_id="once")
    trading.amend(alice, order.pk, 1, {"quantity": D(7)})
    again = trading.place(alice, new_order(client_order_id="once"))
    assert (again.created, again.order.quantity) == (False, D(7))


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": "19"},
        {"price": "585.34"},
        {"side": Side.SELL},
        {"text": "x"},
        {"time_in_force": TimeInForce.GTC},
        {"symbol": "MSFT"},
        {"order_type": OrderType.MARKET, "price": None},
    ],
)
def test_the_same_client_order_id_with_another_body_is_refused(alice: User, other: dict[str, Any]) -> None:
    order = place(alice, client_order_id="once", quantity="18")
    builders.instrument("MSFT")
    with pytest.raises(DuplicateClientOrderId) as refused:
        trading.place(alice, new_order(**{"client_order_id": "once", "quantity": "18"} | other))
    assert refused.value.current == rows.order_row(fresh(order))
    assert head_of(alice) == 1


@pytest.fixture
def taken_meanwhile(monkeypatch: pytest.MonkeyPatch, alice: User) -> Any:
    """Has these orders placed by another request right before the next list of orders is written."""

    def take(*orders: trading.NewOrder) -> None:
        create = bulk.create

        def late(made: Any) -> None:
            monkeypatch.setattr(bulk, "create", create)
            for order in orders:
                trading.place(alice, order)
            create(made)

        monkeypatch.setattr(bulk, "create", late)

    return take


@pytest.mark.both_databases
def test_what_another_request_has_placed_meanwhile_stands_and_the_rest_of_a_list_is_placed(
    alice: User, taken_meanwhile: Any
) -> None:
    new = [new_order(client_order_id=f"id-{number}", text="a") for number in range(4)]
    taken_meanwhile(new[1], new[3])
    placed = trading.place_many(alice, [*new, new[0]])
    assert [each.created for each in placed] == [True, False, True, False, False]
    assert placed[4].order is placed[0].order
    assert [rows.order_row(each.order) for each in placed] == [rows.order_row(fresh(each.order)) for each in placed]
    assert [event["order"]["client_order_id"] for event in log_of(alice)] == ["id-1", "id-3", "id-0", "id-2"]


@pytest.mark.both_databases
def test_a_list_is_refused_where_another_request_has_used_its_client_order_id_otherwise(
    alice: User, taken_meanwhile: Any
) -> None:
    taken_meanwhile(new_order(client_order_id="id-1", text="theirs"))
    with pytest.raises(DuplicateClientOrderId, match="id-1"):
        trading.place_many(alice, [new_order(client_order_id=f"id-{number}") for number in range(3)])
    assert Order.objects.count() == head_of(alice) == 0


def test_what_is_refused_is_checked_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Decimal] = []
    check_amount = rules.check_amount

    def count(problems: Any, name: str, value: Decimal, *arguments: Any) -> None:
        if name == "quantity":
            checked.append(value)
        check_amount(problems, name, value, *arguments)

    monkeypatch.setattr(rules, "check_amount", count)
    with pytest.raises(ValidationFailed):
        trading.place_many(alice, [new_order(), new_order(quantity="0.5")])
    assert checked == [D("100"), D("0.5")]


@pytest.mark.both_databases
def test_two_people_may_use_the_same_client_order_id(alice: User, bob: User) -> None:
    assert place(alice, client_order_id="once").pk != place(bob, client_order_id="once").pk


def test_a_bad_order_is_refused_naming_the_field_and_leaves_nothing(alice: User) -> None:
    def check(fields: dict[str, Any], wrong: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            trading.place(alice, new_order(**fields))
        assert set(refused.value.fields or {}) == {wrong}
        assert not Order.objects.exists()
        assert head_of(alice) == 0

    cases = [
        ({"symbol": "NOPE"}, "symbol"),
        ({"symbol": "aapl"}, "symbol"),
        ({"symbol": "AAPL\0"}, "symbol"),
        ({"symbol": "ААPL"}, "symbol"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-5"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1000000000000000"}, "quantity"),
        ({"price": "585.333"}, "price"),
        ({"price": None}, "price"),
        ({"stop_price": "585"}, "stop_price"),
        ({"text": "a\u202eb"}, "text"),
        ({"client_order_id": "no spaces"}, "client_order_id"),
        (
            {"order_type": OrderType.STOP, "price": None, "stop_price": "5", "time_in_force": TimeInForce.FOK},
            "time_in_force",
        ),
    ]
    assert failing(cases, check) == []


def test_an_instrument_that_is_not_traded_now_takes_no_new_orders(alice: User) -> None:
    builders.instrument("OLD", active=False)
    with pytest.raises(ValidationFailed, match="Not tradable now"):
        trading.place(alice, new_order(symbol="OLD"))


@pytest.mark.both_databases
def test_a_list_is_placed_as_a_whole_and_numbered_in_its_order(alice: User) -> None:
    placed = trading.place_many(alice, [new_order(quantity=str(number)) for number in range(1, 6)])
    assert all(one.created for one in placed)
    assert [event["order"]["quantity"] for event in log_of(alice)] == ["1", "2", "3", "4", "5"]


@pytest.mark.both_databases
def test_one_bad_order_of_a_list_refuses_all_of_it_and_names_its_place(alice: User) -> None:
    with pytest.raises(ValidationFailed) as refused:
        trading.place_many(alice, [new_order(), new_order(quantity="0"), new_order()])
    assert set(refused.value.fields or {}) == {"1.quantity"}
    assert not Order.objects.exists()


def test_a_list_may_name_the_same_order_twice_but_not_two_orders_alike(alice: User) -> None:
    same = new_order(client_order_id="twice")
    assert [one.created for one in trading.place_many(alice, [same, same])] == [True, False]
    with pytest.raises(DuplicateClientOrderId):
        trading.place_many(alice, [new_order(client_order_id="x"), new_order(client_order_id="x", quantity="1")])


def test_there_are_no_limits_unless_the_desk_switches_them_on(alice: User, settings: Any) -> None:
    place(alice, quantity="999999999999", price="999")
    settings.ORDERS_MAX_NOTIONAL = D(1000)
    with pytest.raises(ValidationFailed, match="above the limit"):
        place(alice, quantity="10", price="101")
    order = place(alice, quantity="10", price="100")
    with pytest.raises(ValidationFailed, match="above the limit"):
        trading.amend(alice, order.pk, 1, {"quantity": D(11)})
    settings.ORDERS_MAX_OPEN = 2
    with pytest.raises(ValidationFailed, match="2 open orders"):
        place(alice, quantity="1")
    execute(order, "reject")
    place(alice, quantity="1")


# What each request of an owner or broker is in the table of steps, and how it is made.
REQUESTS: dict[Step, Any] = {
    step: lambda order, kind=step.value: trading.execute(None, order.pk, report(kind))
    for step in (Step.ACCEPT, Step.REJECT, Step.CANCEL, Step.CANCEL_REFUSED, Step.EXPIRE)
}
REQUESTS[Step.FILL] = lambda order: trading.execute(None, order.pk, report("fill", "10", "585.33"))
REQUESTS[Step.AMEND] = lambda order: trading.amend(order.user, order.pk, order.version, {"text": "amended"})
REQUESTS[Step.REQUEST_CANCEL] = lambda order: trading.cancel(order.user, order.pk)


def test_a_service_takes_exactly_the_steps_of_the_table(alice: User) -> None:
    def check(step: Step, status: Status) -> None:
        order = fresh(order_in(status, alice))
        head, before = head_of(alice), rows.order_row(order)
        if step in STEPS[status]:
            REQUESTS[step](order)
            [event] = log_of(alice, after=head)
            assert event["order"] == rows.order_row(fresh(order))
            assert event["order"]["version"] == before["version"] + 1
        else:
            with pytest.raises(InvalidTransition) as refused:
                REQUESTS[step](order)
            assert refused.value.current == before == rows.order_row(fresh(order))
            assert head_of(alice) == head

    cases = [(step, status) for step in REQUESTS for status in Status]
    assert failing(cases, check) == []


def test_amending_changes_only_what_was_asked_for(alice: User) -> None:
    order = order_in(Status.NEW, alice)
    amended = trading.amend(alice, order.pk, order.version, {"quantity": D(50), "price": D("586.01"), "text": "less"})
    [event] = log_of(alice, after=2)
    assert event["kind"] == "amended"
    assert event["changes"] == {
        "quantity": ["100", "50"],
        "leaves_qty": ["100", "50"],
        "price": ["585.33", "586.01"],
        "text": ["", "less"],
    }
    assert amended.version == 3


def test_an_amendment_that_changes_nothing_is_no_event(alice: User) -> None:
    order = place(alice)
    assert trading.amend(alice, order.pk, 1, {"quantity": D("100.0"), "text": ""}).version == 1
    assert head_of(alice) == 1


def test_an_amendment_on_a_stale_version_is_refused_and_shows_the_order_as_it_is(alice: User) -> None:
    order = place(alice)
    trading.amend(alice, order.pk, 1, {"text": "first"})
    with pytest.raises(VersionConflict) as refused:
        trading.amend(alice, order.pk, 1, {"text": "second"})
    assert refused.value.current == rows.order_row(fresh(order))
    with pytest.raises(VersionConflict):
        trading.cancel(alice, order.pk, expected_version=1)
    assert fresh(order).text == "first"


def test_a_bad_amendment_is_refused_naming_the_field(alice: User) -> None:
    def check(changes: dict[str, Any], wrong: str) -> None:
        order = order_in(Status.PARTIALLY_FILLED, alice)
        before = rows.order_row(fresh(order))
        with pytest.raises(ValidationFailed) as refused:
            trading.amend(alice, order.pk, order.version, changes)
        assert set(refused.value.fields or {}) == {wrong}
        assert rows.order_row(fresh(order)) == before

    cases = [
        ({"quantity": D(39)}, "quantity"),
        ({"quantity": D("40.5")}, "quantity"),
        ({"quantity": D("NaN")}, "quantity"),
        ({"price": None}, "price"),
        ({"price": D("585.335")}, "price"),
        ({"stop_price": D(5)}, "stop_price"),
        ({"text": "a\nb"}, "text"),
    ]
    assert failing(cases, check) == []


def test_amending_down_to_what_is_filled_fills_the_order(alice: User) -> None:
    order = order_in(Status.PARTIALLY_FILLED, alice)
    row = rows.order_row(trading.amend(alice, order.pk, order.version, {"quantity": D(40)}))
    assert (row["status"], row["leaves_qty"]) == ("filled", "0")


@pytest.mark.both_databases
def test_fills_add_up_and_the_average_is_exact_however_many_there_are(alice: User) -> None:
    order = order_in(Status.NEW, alice, quantity="3", price="10")
    for price in ("10", "10", "10.01"):
        order = fill(order, "1", price)
    assert rows.order_row(fresh(order))["avg_price"] == "10.00333333"
    assert [event["order"]["cum_qty"] for event in log_of(alice, after=2)] == ["1", "2", "3"]
    assert [event["kind"] for event in log_of(alice, after=2)] == ["partially_filled", "partially_filled", "filled"]


def test_the_average_does_not_drift_by_being_rounded_at_each_fill(alice: User) -> None:
    order = order_in(Status.NEW, alice, quantity="300", price="10")
    for _ in range(100):
        order = fill(order, "1", "0.00000001")
        order = fill(order, "2", "0.00000002")
    assert rows.order_row(fresh(order))["avg_price"] == "0.00000002"
    assert fresh(order).gross_trade_amount == D("0.000005")


@pytest.mark.parametrize(
    ("fills", "average"),
    [
        ([("1", "999999999999999"), ("2", "999999999999998")], "999999999999998.33333333"),
        ([("1", "900000000.12345"), ("2", "900000000.12346")], "900000000.12345667"),
        ([("1", "0.00000001"), ("1", "0.00000002")], "0.00000002"),
        ([("1", "0.00000002"), ("1", "0.00000003")], "0.00000002"),
        ([("333333333333333", "0.1"), ("666666666666666", "0.2")], "0.16666667"),
    ],
)
@pytest.mark.both_databases
def test_averages_of_the_largest_and_smallest_numbers_read_back_as_they_were_told(
    alice: User, fills: list[tuple[str, str]], average: str
) -> None:
    quantity = str(sum(int(quantity) for quantity, _ in fills))
    order = order_in(Status.NEW, alice, quantity=quantity)
    for last_qty, last_price in fills:
        order = fill(order, last_qty, last_price)
    told = log_of(alice)[-1]["order"]
    assert told["avg_price"] == average
    assert told == rows.order_row(order) == rows.order_row(fresh(order))


def test_a_fill_that_cannot_be_is_refused_naming_the_field(alice: User) -> None:
    def check(quantity: str | None, price: str | None, wrong: str) -> None:
        order = order_in(Status.NEW, alice)
        with pytest.raises(ValidationFailed) as refused:
            execute(order, "fill", quantity, price)
        assert set(refused.value.fields or {}) == {wrong}
        assert not fresh(order).executions.filter(kind="fill").exists()

    cases = [
        ("101", "5", "last_qty"),
        ("0", "5", "last_qty"),
        ("-1", "5", "last_qty"),
        ("NaN", "5", "last_qty"),
        ("1", "0", "last_price"),
        ("1", "Infinity", "last_price"),
        ("1", "0.000000001", "last_price"),
        ("1", None, "last_price"),
        (None, "5", "last_qty"),
    ]
    assert failing(cases, check) == []


def test_only_a_fill_has_a_quantity_and_a_price(alice: User) -> None:
    with pytest.raises(ValidationFailed) as refused:
        execute(place(alice), "accept", "1", "5")
    assert set(refused.value.fields or {}) == {"last_qty", "last_price"}


@pytest.mark.parametrize("closed", [Status.CANCELED, Status.EXPIRED])
def test_a_late_fill_moves_a_closed_order_and_leaves_it_closed_until_it_is_full(alice: User, closed: Status) -> None:
    order = fill(order_in(closed, alice), "30")
    row = rows.order_row(fresh(order))
    assert (row["status"], row["cum_qty"], row["leaves_qty"]) == (closed, "30", "0")
    row = rows.order_row(fill(order, "70"))
    assert (row["status"], row["cum_qty"], row["leaves_qty"]) == ("filled", "100", "0")


def test_a_fill_beats_the_cancel_that_is_under_way(alice: User) -> None:
    order = order_in(Status.PENDING_CANCEL, alice)
    assert fill(order, "30").status == Status.PENDING_CANCEL
    assert execute(order, "cancel_refused").status == Status.PARTIALLY_FILLED
    order = trading.cancel(alice, order.pk)
    assert fill(order, "70").status == Status.FILLED
    with pytest.raises(InvalidTransition):
        execute(order, "cancel")


def test_nothing_is_left_of_an_order_in_any_closed_state(alice: User) -> None:
    for status in DONE:
        order = fresh(order_in(status, alice))
        assert (order.leaves_qty, rows.order_row(order)["leaves_qty"]) == (D(0), "0")


def test_the_same_report_again_changes_nothing(alice: User) -> None:
    order = order_in(Status.NEW, alice)
    first = trading.execute(None, order.pk, report("fill", "40", "585.1", exec_id="e-1"))
    head = head_of(alice)
    again = trading.execute(None, order.pk, report("fill", "40.0", "585.10", exec_id="e-1"))
    assert (first.created, again.created) == (True, False)
    assert (again.order.cum_qty, head_of(alice)) == (D(40), head)


def test_the_same_report_again_changes_nothing_even_when_the_order_is_done(alice: User) -> None:
    order = order_in(Status.NEW, alice)
    last = report("fill", "100", "585.1")
    trading.execute(None, order.pk, last)
    assert trading.execute(None, order.pk, last).created is False


def test_an_exec_id_cannot_be_used_for_another_report(alice: User) -> None:
    order = order_in(Status.NEW, alice)
    trading.execute(None, order.pk, report("fill", "40", "585.1", exec_id="e-1"))
    for other in (report("fill", "41", "585.1", exec_id="e-1"), report("cancel", exec_id="e-1")):
        with pytest.raises(DuplicateExecId) as refused:
            trading.execute(None, order.pk, other)
        assert refused.value.current == rows.order_row(fresh(order))
    assert fresh(order).cum_qty == D(40)


@pytest.mark.both_databases
def test_exec_ids_belong_to_their_order(alice: User) -> None:
    for order in (place(alice), place(alice)):
        assert trading.execute(None, order.pk, report("accept", exec_id="e-1")).created


@pytest.mark.both_databases
def test_a_refused_report_can_be_sent_again_once_it_is_legal(alice: User) -> None:
    order = place(alice)
    early = report("cancel_refused", exec_id="e-1")
    with pytest.raises(InvalidTransition):
        trading.execute(None, order.pk, early)
    execute(order, "accept")
    trading.cancel(alice, order.pk)
    assert trading.execute(None, order.pk, early).created


def test_the_reason_of_a_reject_becomes_the_orders_text(alice: User) -> None:
    order = order_in(Status.REJECTED, alice, text="mine")
    assert fresh(order).text == "Too far from the market"


@pytest.mark.parametrize("number", [0, -1, 10**18])
def test_an_order_that_is_not_there_is_not_found(alice: User, number: int) -> None:
    for attempt in (
        lambda: trading.amend(alice, number, 1, {"text": "x"}),
        lambda: trading.cancel(alice, number),
        lambda: trading.execute(None, number, report("accept")),
    ):
        with pytest.raises(NotFound):
            attempt()


def attempts(user: User, order: Order) -> list[Any]:
    return [
        lambda: trading.amend(user, order.pk, order.version, {"text": "x"}),
        lambda: trading.cancel(user, order.pk),
    ]


def test_for_another_trader_the_order_does_not_exist(alice: User, bob: User) -> None:
    order = place(alice)
    for attempt in [*attempts(bob, order), lambda: trading.execute(bob, order.pk, report("accept"))]:
        with pytest.raises(NotFound):
            attempt()
    assert head_of(alice) == 1


def test_desk_and_broker_see_the_order_but_may_not_change_it(alice: User, desk: User, broker: User) -> None:
    order = place(alice)
    for attempt in [
        *attempts(desk, order),
        *attempts(broker, order),
        lambda: trading.execute(desk, order.pk, report("accept")),
        lambda: trading.execute(alice, order.pk, report("accept")),
    ]:
        with pytest.raises(Forbidden):
            attempt()
    assert trading.execute(broker, order.pk, report("accept")).created


def test_every_refusal_has_a_code_a_status_and_a_message_of_its_own() -> None:
    kinds = [kind for kind in OrderError.__subclasses__() if kind.__module__ == "orders.domain.errors"]
    assert len({kind.code for kind in kinds} | {OrderError.code}) == len(kinds) + 1
    for kind in kinds:
        assert 400 <= kind.status < 600
        assert kind("Because.").body() == {"code": kind.code, "message": "Because."}


def test_placing_costs_a_handful_of_queries(alice: User, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(8):
        trading.place(alice, new_order())
