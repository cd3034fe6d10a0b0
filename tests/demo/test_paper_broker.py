"""The paper broker on a database and a message broker: whose orders it answers, when, and what it survives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson
import pytest
import redis
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import OperationalError

from demo import paper_book, paper_broker
from demo.paper_broker import PaperBroker
from demo.people import DEMO_GROUP
from demo.simulation import Flow
from market.feeds.clock import Clock
from market.live import leader, leases, redis_board
from market.support.tasks import Background
from orders import trading
from orders.domain.lifecycle import Status
from orders.live.threads import in_thread
from orders.log import upkeep
from orders.log.provenance import Source, acting
from orders.models import Execution, Order, OrderEvent
from tests.orders.builders import execute, fill, fresh, instrument, log_of, place
from tests.servers import wait_for
from tests.sockets import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


class Desk:
    """A paper broker with a clock that a test turns, and the quotes that it looks at."""

    def __init__(self, client: redis.Redis) -> None:
        self.seconds = 0.0
        self._redis = client
        self.broker = PaperBroker(1, Clock(now=lambda: self.seconds, wall=self._wall))

    def _wall(self) -> float:
        return time.time() + self.seconds

    def quote(
        self, symbol: str = "AAPL", bid: str | None = "99", ask: str | None = "101", last: str | None = None
    ) -> None:
        told = {"symbol": symbol, "bid": bid, "ask": ask, "last": last or bid, "at": self._wall() * 1000}
        self._redis.hset(redis_board.QUOTES, symbol, orjson.dumps(told))

    def feed(self, name: str) -> None:
        self._redis.set(redis_board.FEED, orjson.dumps({"name": name}), ex=30)

    def after(self, seconds: float) -> int:
        """Hears what there is to hear, and looks again so many seconds later; the number of reports."""
        self.broker.book.follow()
        self.seconds += seconds
        return self.broker.round()


@pytest.fixture
def desk(broker_url: str) -> Iterator[Desk]:
    with redis.Redis.from_url(broker_url) as client:
        found = Desk(client)
        found.feed("sim")
        found.quote()
        yield found
        client.delete(redis_board.FEED, redis_board.QUOTES)


@pytest.fixture
def alice(alice: User) -> User:
    alice.groups.add(Group.objects.get_or_create(name=DEMO_GROUP)[0])
    return alice


def by_hand(user: User, source: Source = Source.REST, **fields: Any) -> Order:
    """Buys 5 AAPL at 102 at most, as long as it takes: no day ends in the middle of a test."""
    with acting(source, user.username):
        return place(user, **({"price": "102", "quantity": "5", "time_in_force": "gtc"} | fields))


def statuses(*orders: Order) -> list[str]:
    return [fresh(order).status for order in orders]


def test_an_order_is_accepted_and_then_filled_at_the_quoted_price_three_seconds_apart(desk: Desk, alice: User) -> None:
    order = by_hand(alice, time_in_force="fok", text="mine")

    assert desk.after(2.9) == 0
    assert desk.after(0.2) == 1
    assert statuses(order) == [Status.NEW]
    assert desk.after(2.9) == 0
    assert desk.after(0.2) == 1

    assert statuses(order) == [Status.FILLED]
    assert fresh(order).avg_price == D(101)
    assert fresh(order).text == "mine"
    told = log_of(alice)
    assert [event["kind"] for event in told] == ["created", "accepted", "filled"]
    assert {(event["source"], event["actor"]) for event in told[1:]} == {("system", "paper broker")}
    exec_ids = Execution.objects.order_by("pk").values_list("exec_id", flat=True)
    assert list(exec_ids) == [f"paper-{order.pk}-1", f"paper-{order.pk}-2"]


def test_only_what_demo_people_placed_by_hand_or_by_the_demo_flow_is_touched(
    desk: Desk, alice: User, bob: User
) -> None:
    hands = (Source.PAGE, Source.REST, Source.SOCKET, Source.ADMIN)
    answered = [by_hand(alice, source) for source in hands]
    left = [by_hand(bob), by_hand(bob, Source.ADMIN), by_hand(alice, Source.SYSTEM), by_hand(alice, Source.IMPORT)]
    instrument("EURUSD")
    Flow(alice, seed=1).step()
    [of_flow] = Order.objects.filter(client_order_id__startswith="demo-")

    assert desk.after(3.5) == 5

    assert statuses(*answered, of_flow) == [Status.NEW] * 5
    assert {order.version for order in map(fresh, left)} == {1}


def test_neither_a_hand_nor_time_makes_an_imported_order_the_paper_brokers(desk: Desk, alice: User) -> None:
    order = by_hand(alice, Source.IMPORT)
    desk.broker.round()
    with acting(Source.REST, "alice"):
        trading.amend(alice, order.pk, 1, {"quantity": D(7)})

    assert desk.after(3.5) == 0
    assert PaperBroker(1, Clock(now=lambda: 9.0)).round() == 0
    assert fresh(order).version == 2


def test_after_a_start_it_takes_up_what_it_finds(desk: Desk, alice: User) -> None:
    new, working = by_hand(alice), by_hand(alice)
    execute(working, "accept")
    by_hand(alice, Source.IMPORT)
    by_hand(alice, Source.SYSTEM)

    assert desk.after(3.5) == 2
    assert statuses(new)[0] == Status.NEW
    assert fresh(working).cum_qty > 0


def test_of_what_the_log_no_longer_tells_the_origin_it_keeps_off(desk: Desk, alice: User) -> None:
    order = by_hand(alice)
    upkeep.trim(alice.pk, 1)

    assert desk.after(3.5) == 0
    assert fresh(order).version == 1


def test_whoever_does_something_to_an_order_has_it_for_three_seconds(desk: Desk, alice: User) -> None:
    order = by_hand(alice)
    desk.after(2.0)
    execute(order, "accept")

    assert desk.after(2.0) == 0, "four seconds after it was placed, but two after it was accepted"
    assert desk.after(1.5) == 1


def test_an_order_that_moved_on_unheard_is_left_to_its_next_event(
    desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = by_hand(alice, quantity="100")
    desk.broker.round()
    desk.seconds += 3.5
    follow = desk.broker.book.follow
    monkeypatch.setattr(desk.broker.book, "follow", lambda: (follow(), execute(order, "accept")))

    assert desk.broker.round() == 0
    assert fresh(order).version == 2
    assert not Execution.objects.filter(exec_id__startswith="paper-").exists()


def test_a_cancel_is_confirmed_and_an_amendment_waits_its_turn(desk: Desk, alice: User) -> None:
    canceled, amended = by_hand(alice, price="50"), by_hand(alice, price="50")
    for order in (canceled, amended):
        execute(order, "accept")
    trading.cancel(alice, canceled.pk)
    trading.amend(alice, amended.pk, 2, {"price": D(101), "quantity": D(1)})

    assert desk.after(3.5) == 2
    assert statuses(canceled, amended) == [Status.CANCELED, Status.FILLED]


def test_a_stop_that_was_reached_stays_so_until_it_is_amended(desk: Desk, alice: User) -> None:
    order = by_hand(alice, order_type="stop_limit", price="100", stop_price="99")
    desk.after(3.5)
    assert desk.after(3.5) == 0, "reached, but the limit is not met"

    desk.quote(bid="100", ask="100")
    assert desk.broker.round() == 1

    fill(order, str(fresh(order).leaves_qty)) if fresh(order).leaves_qty else None
    other = by_hand(alice, order_type="stop_limit", price="100", stop_price="99")
    desk.quote()
    desk.after(3.5)
    desk.after(3.5)
    trading.amend(alice, other.pk, 2, {"stop_price": D(98)})
    desk.quote(bid="95", ask="96")
    assert desk.after(3.5) == 0


def test_an_order_that_the_services_refuse_to_fill_is_left_alone_and_told_of_once(
    desk: Desk, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    by_hand(alice, time_in_force="fok", price="101")
    desk.after(3.5)
    desk.quote(ask="100.123456789")  # no order can keep that

    assert desk.after(3.5) == desk.after(3.5) == 0
    assert caplog.text.count("Skipping order") == 1


def test_what_is_no_whole_lot_any_more_is_filled_to_its_end(desk: Desk, alice: User) -> None:
    order = by_hand(alice, price="101", quantity="10")
    desk.after(3.5)
    aapl = order.symbol
    aapl.lot_size = D(3)
    aapl.save(update_fields=["lot_size"])
    while desk.after(3.5):
        pass
    assert (fresh(order).status, fresh(order).cum_qty) == (Status.FILLED, 10)


def test_at_real_prices_nothing_is_pretended_and_without_a_feed_nothing_is_filled(desk: Desk, alice: User) -> None:
    order = by_hand(alice)
    desk.feed("kraken")
    assert desk.after(3.5) == 0

    desk._redis.delete(redis_board.FEED)
    assert desk.after(3.5) == 1
    assert desk.after(3.5) == 0
    assert statuses(order) == [Status.NEW]


def test_in_a_book_without_an_order_nothing_is_filled_at_the_last_price_and_a_recording_has_no_book(
    desk: Desk, alice: User
) -> None:
    order = by_hand(alice)
    desk.quote(bid=None, ask=None, last="100")
    assert desk.after(3.5) == 1
    assert desk.after(3.5) == 0
    assert statuses(order) == [Status.NEW]

    desk.feed("replay")
    assert desk.after(3.5) == 1


def test_a_round_makes_a_few_reports_and_the_rest_follow(
    desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_broker, "MOST", 2)
    for _ in range(3):
        by_hand(alice)

    assert desk.after(3.5) == 2
    assert desk.broker.round() == 1


def test_what_it_reads_does_not_grow_with_the_number_of_orders(
    desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Nothing new is one query, a flood is not read one by one, and no start reads more than the newest of a status."""
    monkeypatch.setattr(paper_book, "NEWEST", 3)
    monkeypatch.setattr(paper_book, "MOST_BEHIND", 10)
    for _ in range(12):
        by_hand(alice)
    book = desk.broker.book
    book.follow()
    assert len(book._orders) == 3
    with django_assert_num_queries(1):
        book.follow()
    newer = by_hand(alice)
    with django_assert_num_queries(2):
        book.follow()
    assert newer.pk in book
    for _ in range(11):
        by_hand(alice)
    with django_assert_num_queries(6):
        book.follow()
    assert len(book._orders) == 3


def test_a_person_who_leaves_the_demo_takes_his_orders_along(desk: Desk, alice: User) -> None:
    by_hand(alice)
    desk.broker.round()
    alice.groups.clear()

    assert desk.after(3.5) == 0


def test_the_demo_flow_and_the_paper_broker_live_together(
    desk: Desk, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.live.arrival.provider", lambda symbol: D(100))
    instrument("AAPL")
    flow = Flow(alice, seed=3)
    for _ in range(40):
        flow.step()
        desk.after(1.0)

    actors = set(OrderEvent.objects.values_list("actor", flat=True))
    assert actors == {None, "paper broker"}
    assert {event["kind"] for event in log_of(alice)} >= {"accepted", "filled"}
    assert all(order.cum_qty <= order.quantity for order in Order.objects.all())


class TestTheProcess:
    """`run`, on a real broker, with rounds that follow each other at once."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paper_broker, "ROUND_SECONDS", 0.02)
        monkeypatch.setattr(paper_broker, "RETRY_SECONDS", 0.02)

    async def test_one_leads_has_the_symbols_carried_and_lets_go_of_both_at_its_end(
        self, desk: Desk, alice: User, broker_url: str
    ) -> None:
        await in_thread(by_hand, alice, symbol="KO")
        async with redis.asyncio.Redis.from_url(broker_url, decode_responses=True) as client:
            await client.delete(leader.KEY)  # a test before may have left a lead to run out
            first, second = PaperBroker(1), PaperBroker(1)
            tasks = [Background(first.run)]
            await until(lambda: first.book.symbols == {"KO"}, "the first at work")
            tasks.append(Background(second.run))
            while await leases.wanted(client) != {"KO": True}:
                await asyncio.to_thread(wait_for, lambda: True, "a moment")
            assert second.book.symbols == frozenset()
            assert await client.exists(leader.KEY) == 0, "the price feed's lead is another"

            await tasks[0].end()
            await until(lambda: second.book.symbols == {"KO"}, "the second at work")
            await tasks[1].end()
            assert await leases.wanted(client) == {}
            assert await client.exists(paper_broker.KEY) == 0

    async def test_a_database_that_is_away_is_told_of_once_and_does_not_end_it(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        rounds: list[int] = []

        def round_(number: int) -> None:
            rounds.append(number)
            if number < 4:
                raise OperationalError("away")

        paper = PaperBroker(1)
        monkeypatch.setattr(paper, "round", lambda: round_(len(rounds)))
        task = Background(paper.run)
        await until(lambda: len(rounds) > 5, "another round")
        await task.end()

        assert caplog.text.count("does not answer (away)") == 1
        assert caplog.text.count("at work again") == 1

    async def test_a_broker_that_is_away_is_told_of_once_and_does_not_end_it(
        self, desk: Desk, broker_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        asked: list[str] = []

        def address() -> str:
            asked.append("redis://127.0.0.1:1/0" if len(asked) < 3 else broker_url)
            return asked[-1]

        monkeypatch.setattr("market.live.redis_client.url", address)
        paper = PaperBroker(1)
        rounds: list[int] = []
        monkeypatch.setattr(paper, "round", lambda: rounds.append(1))
        task = Background(paper.run)
        await until(lambda: rounds, "a round")
        await task.end()

        assert caplog.text.count("Paper broker: Redis doesn't answer") == 1


async def until(fact: Any, what: str) -> None:
    await asyncio.to_thread(wait_for, fact, what, PATIENCE)


def test_the_command_refuses_where_nothing_is_to_be_pretended() -> None:
    with pytest.raises(CommandError, match="PAPER_BROKER is off"):
        call_command("paper_broker")
