"""The simulated flow: decided purely, done through the services, bounded, and never anybody else's."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from demo import simulation, switch
from demo.instruments import make_instruments
from demo.management.commands import simulate_orders
from demo.models import DemoRun
from demo.simulation import MOST, Amend, Execute, Flow, Market, Place, RequestCancel, Working, decide
from market.models import Instrument
from orders.domain.lifecycle import ExecutionKind, Status
from orders.log.provenance import Source, acting
from orders.models import Order, OrderEvent
from tests.orders.builders import place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def instruments(db: None) -> None:
    make_instruments()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker answers without letting an order wait."""
    monkeypatch.setattr(simulation, "SETTLE", timedelta(0))


def working(status: Status, number: int = 1) -> Working:
    return Working(number, status, 1, "AAPL", Decimal(100), Decimal(0), Decimal("230.5"))


def deeds(orders: list[Working], count: int = 300) -> Counter[type]:
    market = Market(random.Random(1), {"AAPL": Instrument(symbol="AAPL")})
    rng = random.Random(2)
    return Counter(type(decide(rng, market, orders)) for _ in range(count))


def test_an_empty_book_is_filled_first() -> None:
    assert set(deeds([])) == {Place}


def test_a_full_book_gets_no_more_orders() -> None:
    assert Place not in deeds([working(Status.NEW, number) for number in range(MOST)])


def test_a_working_book_is_filled_amended_and_cancelled() -> None:
    assert {Execute, Amend, RequestCancel, Place} <= set(deeds([working(Status.NEW, n) for n in range(20)]))


def test_the_broker_answers_what_waits_for_it() -> None:
    market = Market(random.Random(1), {"AAPL": Instrument(symbol="AAPL")})
    rng = random.Random(3)
    answers = [decide(rng, market, [working(Status.PENDING_CANCEL)]) for _ in range(200)]

    kinds = {deed.report.kind for deed in answers if isinstance(deed, Execute)}
    assert kinds == {ExecutionKind.CANCEL, ExecutionKind.CANCEL_REFUSED}


def test_the_same_seed_decides_the_same() -> None:
    def run() -> list[str]:
        rng, market = random.Random(5), Market(random.Random(6), {"AAPL": Instrument(symbol="AAPL")})
        return [type(decide(rng, market, [working(Status.NEW)])).__name__ for _ in range(50)]

    assert run() == run()


def test_a_flow_makes_a_believable_living_book(instruments: None, at_once: None, alice: User) -> None:
    flow = Flow(alice, seed=7)

    done = sum(flow.step() for _ in range(400))

    kinds = set(OrderEvent.objects.values_list("kind", flat=True))
    assert done > 350
    assert kinds >= {"created", "accepted", "partially_filled", "filled", "amended", "cancel_requested", "canceled"}
    assert 5 <= Order.objects.for_trader(alice).working().count() <= MOST + 1
    assert set(OrderEvent.objects.values_list("source", flat=True)) == {"system"}


def test_imported_orders_and_other_people_s_are_never_touched(
    instruments: None, at_once: None, alice: User, bob: User
) -> None:
    with acting(Source.IMPORT):
        imported = place(alice)
    foreign = place(bob)
    flow = Flow(alice, seed=8)

    for _ in range(150):
        flow.step()

    assert Order.objects.get(pk=imported.pk).version == 1
    assert Order.objects.get(pk=foreign.pk).version == 1


def test_orders_placed_by_hand_are_left_alone_whatever_their_ids(instruments: None, at_once: None, alice: User) -> None:
    left = [place(alice), place(alice, client_order_id="demo-mine")]
    with acting(Source.REST, "alice"):
        left.append(place(alice, client_order_id=f"demo-{'a' * 31}"))
    flow = Flow(alice, seed=9)

    for _ in range(150):
        flow.step()

    assert [Order.objects.get(pk=order.pk).version for order in left] == [1, 1, 1]
    moved = Order.objects.exclude(pk__in=[order.pk for order in left])
    assert all(order.client_order_id.startswith("demo-") for order in moved)
    assert moved.filter(version__gt=1).exists()


def test_a_flow_goes_on_with_the_orders_of_an_earlier_one(instruments: None, at_once: None, alice: User) -> None:
    for _ in range(5):
        Flow(alice, seed=3).step()
    before = set(Order.objects.values_list("pk", flat=True))

    later = Flow(alice, seed=4)
    for _ in range(100):
        later.step()

    assert Order.objects.filter(pk__in=before, version__gt=1).exists()


def test_a_limit_that_the_market_has_left_behind_is_cancelled_and_not_filled() -> None:
    market = Market(random.Random(1), {"AAPL": Instrument(symbol="AAPL")})
    rng = random.Random(2)
    behind = Working(1, Status.NEW, 1, "AAPL", Decimal(100), Decimal(0), Decimal(202))

    done = [decide(rng, market, [behind] * MOST) for _ in range(200)]

    assert not [deed for deed in done if isinstance(deed, Execute) and deed.report.kind is ExecutionKind.FILL]


class Hands:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_the_command_plays_for_its_time_and_tells_what_it_did(
    instruments: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands, output = Hands(), StringIO()
    monkeypatch.setattr(simulate_orders, "time", hands)

    call_command("simulate_orders", user="alice", rate=20.0, seconds=6.0, seed=1, stdout=output)

    assert hands.time == pytest.approx(6.0)
    assert Order.objects.for_trader(alice).exists()
    assert output.getvalue().splitlines()[-1].endswith("events in 6 s.")


@pytest.mark.parametrize("options", [{"user": "nobody"}, {"user": "alice", "rate": 0.0}])
def test_the_command_refuses_what_makes_no_sense(alice: User, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("simulate_orders", **options)


class Pause:
    """Instead of waiting, does something at a certain beat."""

    def __init__(self, at: int, what: Any) -> None:
        self.beats = 0
        self.at, self.what = at, what

    def wait(self, seconds: float) -> None:
        self.beats += 1
        if self.beats == self.at:
            self.what()
        assert self.beats < 50, "the flow did not end"


def started(user: User) -> DemoRun:
    """A run whose thread is ours to be."""
    run: DemoRun = DemoRun.objects.create(user=user, ends_at=simulation.timezone.now() + timedelta(minutes=2))
    return run


def test_the_demo_ends_on_stop_from_any_process(instruments: None, alice: User) -> None:
    run = started(alice)

    done = switch.play(alice, run.token, Pause(5, lambda: switch.stop(alice)))  # type: ignore[arg-type]

    assert done >= 5
    assert switch.running(alice) is None


def test_the_demo_ends_by_itself(instruments: None, alice: User) -> None:
    run = started(alice)

    def time_passes() -> None:
        DemoRun.objects.update(ends_at=simulation.timezone.now())

    switch.play(alice, run.token, Pause(3, time_passes))  # type: ignore[arg-type]

    assert not DemoRun.objects.exists()


def test_a_flow_whose_process_died_is_none_and_its_button_plays_at_once(
    instruments: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(switch, "_play_in_thread", lambda user, token: begun.append(token))
    dead = started(alice)
    DemoRun.objects.update(seen_at=simulation.timezone.now() - switch.UNSEEN)

    assert switch.running(alice) is None
    ends_at = switch.start(alice)

    assert begun == [DemoRun.objects.get().token]
    assert switch.running(alice) == ends_at > dead.ends_at
    assert switch.play(alice, dead.token, Pause(1, lambda: None)) == 0  # type: ignore[arg-type]
    assert switch.running(alice) == ends_at, "whoever was thought dead ends, and takes nothing along"


def test_whoever_plays_says_so_again_and_again(instruments: None, alice: User) -> None:
    run = started(alice)
    DemoRun.objects.update(seen_at=simulation.timezone.now() - timedelta(minutes=1))
    seen: list[Any] = []

    def look() -> None:
        seen.append(switch.running(alice))
        switch.stop(alice)

    switch.play(alice, run.token, Pause(1, look))  # type: ignore[arg-type]

    assert seen == [run.ends_at]


def test_a_second_start_goes_on_with_the_first(instruments: None, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(alice)
    monkeypatch.setattr(switch, "_tokens", {run.token})

    assert switch.start(alice) == run.ends_at
    assert DemoRun.objects.get().token == run.token


def test_a_start_plays_here_though_the_flow_of_a_process_that_has_just_died_is_not_yet_missed(
    instruments: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(switch, "_play_in_thread", lambda user, token: begun.append(token))
    other = started(alice)

    assert switch.start(alice) == other.ends_at
    assert begun == [DemoRun.objects.get().token] != [other.token]
    assert switch.play(alice, other.token, Pause(1, lambda: None)) == 0  # type: ignore[arg-type]
    assert switch.running(alice) == other.ends_at


def test_an_older_player_leaves_a_newer_run_alone(instruments: None, alice: User) -> None:
    run = started(alice)
    old = run.token
    run.token = simulation.uuid.uuid4()
    run.save(update_fields=["token"])

    assert switch.play(alice, old, Pause(1, lambda: None)) == 0  # type: ignore[arg-type]
    assert DemoRun.objects.exists()


def test_without_a_start_nothing_moves(instruments: None, alice: User) -> None:
    order = place(alice)

    assert switch.running(alice) is None
    assert Order.objects.get(pk=order.pk).version == 1
