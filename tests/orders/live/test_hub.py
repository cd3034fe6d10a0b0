"""The hub: whatever becomes of the announcements, every socket gets every event of its owner once and in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.contrib.auth.models import User
from django.db import OperationalError

from orders.live import groups, hub, hubs, publisher
from orders.live.hubs import get_hub
from orders.live.publisher import Publisher
from orders.live.threads import in_thread
from orders.log import events, recording, upkeep
from orders.models import Order
from orders.protocol import outbound
from tests.conftest import make_user
from tests.orders import builders
from tests.orders.brokers import Broker
from tests.orders.builders import head_of, log_of, place
from tests.orders.log.test_after_restore import bring_back
from tests.servers import wait_for
from tests.sockets import PATIENCE, Client, connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def aapl(db: None) -> None:
    builders.instrument()


@pytest.fixture
def nothing_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process died between its commit and its announcement, every time."""
    monkeypatch.setattr(recording, "announce", lambda committed: None)


@pytest.fixture(autouse=True)
def sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "SWEEP_SECONDS", 0.05)


@pytest.fixture
def no_sweep(monkeypatch: pytest.MonkeyPatch, sweeps: None) -> None:
    """What then arrives has been announced."""
    monkeypatch.setattr(hub, "SWEEP_SECONDS", 3600)


def place_many(user: User, count: int) -> None:
    for _ in range(count):
        place(user)


async def announce(user: User, first: int, last: int) -> None:
    """Announces these events of the log once more, or out of turn."""
    logged = [event for event in await in_thread(events.since, user.pk, first - 1) if event.seq <= last]
    texts = [outbound.live_event(event.body, 1.0, 2.0) for event in logged]
    await say(user, publisher.message(user.pk, first, texts))


async def say(user: User, message: dict[str, Any]) -> None:
    layer: Any = get_channel_layer()
    await layer.group_send(groups.orders(user.pk), message)


async def until(fact: Callable[[], Any], what: str) -> None:
    await asyncio.to_thread(wait_for, fact, what, PATIENCE)


def is_complete(client: Client, user: str, head: int) -> Callable[[], bool]:
    return lambda: client.last[user] == head


@pytest.mark.usefixtures("no_sweep")
class TestAnnounced:
    async def test_events_arrive_live_without_the_sweep(self, alice: User) -> None:
        async with connected(alice) as client:
            await client.follow()
            await in_thread(place_many, alice, 20)
            await client.until_applied(is_complete(client, "alice", 20))
            assert (client.gaps, client.duplicates, client.live) == (0, 0, 20)

    async def test_a_duplicate_is_dropped(self, alice: User) -> None:
        async with connected(alice) as client:
            await client.follow()
            await in_thread(place_many, alice, 3)
            await client.until_applied(is_complete(client, "alice", 3))
            await announce(alice, 1, 3)
            await announce(alice, 2, 2)
            await in_thread(place, alice)
            await client.until_applied(is_complete(client, "alice", 4))
            assert (client.gaps, client.duplicates) == (0, 0)

    async def test_a_gap_is_read_from_the_log(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as silent:
                silent.setattr(recording, "announce", lambda committed: None)
                await in_thread(place_many, alice, 5)
            await in_thread(place, alice)
            await client.until_applied(is_complete(client, "alice", 6))
            assert get_hub().gaps == 1
            assert (client.gaps, client.duplicates) == (0, 0)

    async def test_announcements_in_another_order_arrive_in_order(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as silent:
                silent.setattr(recording, "announce", lambda committed: None)
                await in_thread(place_many, alice, 6)
            for first, last in ((5, 6), (3, 4), (1, 2), (6, 6), (2, 5)):
                await announce(alice, first, last)
            await client.until_applied(is_complete(client, "alice", 6))
            assert (client.gaps, client.duplicates) == (0, 0)

    async def test_a_message_that_makes_no_sense_stops_nothing(
        self, alice: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with connected(alice) as client:
            await client.follow()
            layer: Any = get_channel_layer()
            await layer.group_send(groups.orders(alice.pk), {"type": "nonsense"})
            await until(lambda: "could not be processed" in caplog.text, "the message being looked at")
            with monkeypatch.context() as silent:
                silent.setattr(recording, "announce", lambda committed: None)
                await in_thread(place, alice)
            await announce(alice, 1, 1)
            await client.until_applied(is_complete(client, "alice", 1))

    async def test_a_save_of_the_same_process_needs_no_broker(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as away:
                away.setattr(publisher.publisher, "put", lambda events, at: None)
                await in_thread(place_many, alice, 3)
                await client.until_applied(is_complete(client, "alice", 3))
            assert (client.live, client.gaps, client.duplicates) == (3, 0, 0)

    async def test_many_sockets_that_come_at_once_share_one_channel(self, alice: User, bob: User, desk: User) -> None:
        clients = [await Client.of(user) for user in (alice, bob, desk) * 4]
        await asyncio.gather(*(client.follow() for client in clients))
        layer: Any = get_channel_layer()
        assert len(layer.channels) == 1
        assert set(get_hub().streams) == {alice.pk, bob.pk, desk.pk}
        for user in (alice, bob, desk):
            await in_thread(place, user)
        for client, name in zip(clients, ("alice", "bob", "desk") * 4, strict=True):
            await client.until_applied(is_complete(client, name, 1))
            assert client.live == 1
            await client.leave()

    async def test_two_sockets_of_one_owner_get_the_same(self, alice: User) -> None:
        async with connected(alice) as here, connected(alice) as there:
            await here.follow()
            await there.follow()
            await in_thread(place_many, alice, 5)
            for client in (here, there):
                await client.until_applied(is_complete(client, "alice", 5))
            assert here.applied == there.applied

    async def test_a_stream_ends_with_its_last_follower_and_begins_anew(self, alice: User) -> None:
        async with connected(alice) as here:
            await here.follow()
            async with connected(alice) as there:
                await there.follow()
            assert set(get_hub().streams) == {alice.pk}
        assert (get_hub().streams, get_hub().followers, get_hub().membership.joined) == ({}, set(), set())
        async with connected(alice) as client:
            await client.follow()
            await in_thread(place, alice)
            await client.until_applied(is_complete(client, "alice", 1))
            assert client.live == 1

    async def test_an_order_given_away_leaves_one_screen_and_enters_the_other(self, alice: User, bob: User) -> None:
        order = await in_thread(place, alice)
        async with connected(alice) as hers, connected(bob) as his:
            await hers.follow()
            await his.follow()
            await in_thread(Order.objects.filter(pk=order.pk).update, user=bob)
            await hers.until_applied(is_complete(hers, "alice", 2))
            await his.until_applied(is_complete(his, "bob", 1))
            assert hers.applied["alice"][0]["kind"] == "deleted"
            assert his.applied["bob"][0]["kind"] == "created"

    async def test_the_desk_watches_everyone_and_one_person_by_name(self, alice: User, bob: User, desk: User) -> None:
        for user in (alice, bob):
            await in_thread(place, user)
        async with connected(desk) as everyone, connected(desk) as one:
            assert (await everyone.follow("*", after={"bob": 0}))["head"] == {"alice": 1, "bob": 1}
            assert (await one.follow("bob"))["head"] == 1
            for user in (alice, bob, alice):
                await in_thread(place, user)
            await everyone.until_applied(lambda: everyone.last == {"alice": 3, "bob": 2})
            await one.until_applied(is_complete(one, "bob", 2))
            assert [event["seq"] for event in everyone.applied["bob"]] == [1, 2]
            assert [event["seq"] for event in everyone.applied["alice"]] == [2, 3]
            assert list(one.applied) == ["bob"]

    async def test_events_frames_hold_one_owners_events_each(self, alice: User, bob: User, desk: User) -> None:
        for user in (alice, bob, alice, bob):
            await in_thread(place, user)
        async with connected(desk) as client:
            await client.follow("*", after={"alice": 0, "bob": 0})
            for _ in range(2):
                frame = await client.until("events")
                assert len({event["user"] for event in frame["events"]}) == 1


@pytest.mark.usefixtures("nothing_is_announced")
class TestNeverAnnounced:
    async def test_the_sweep_delivers_what_was_never_announced(self, alice: User) -> None:
        async with connected(alice) as client:
            await client.follow()
            await in_thread(place_many, alice, 3)
            await client.until_applied(is_complete(client, "alice", 3))
            assert get_hub().swept >= 1
            assert (client.gaps, client.duplicates) == (0, 0)

    async def test_the_sweep_finds_newcomers_for_who_watches_everyone(self, alice: User, desk: User) -> None:
        await in_thread(place, alice)
        async with connected(desk) as client:
            await client.follow("*")
            carol = await in_thread(make_user, "carol")
            await in_thread(place_many, carol, 2)
            await client.until_applied(lambda: client.last.get("carol") == 2)
            assert client.last == {"alice": 1, "carol": 2}

    async def test_a_newcomer_who_watches_himself_already_reaches_the_desk(self, desk: User, bob: User) -> None:
        async with connected(bob) as his, connected(desk) as client:
            await his.follow()
            await client.follow("*")
            await in_thread(place, bob)
            await client.until_applied(lambda: client.last.get("bob") == 1)

    async def test_who_was_unsubscribed_is_not_taken_for_a_newcomer(self, alice: User, bob: User, desk: User) -> None:
        for user in (alice, bob):
            await in_thread(place, user)
        async with connected(desk) as client:
            await client.follow("*")
            await client.ask(type="unsubscribe", stream="orders", user="bob")
            for user in (bob, alice):
                await in_thread(place, user)
            await client.until_applied(is_complete(client, "alice", 2))
            await get_hub().sweep()
            assert "bob" not in client.applied

    async def test_after_unsubscribing_from_everyone_nobody_is_followed(self, alice: User, desk: User) -> None:
        await in_thread(place, alice)
        async with connected(desk) as client:
            await client.follow("*")
            answer = await client.ask(type="unsubscribe", stream="orders", user="*")
            assert answer["head"] == {"alice": 1}
            await in_thread(place, await in_thread(make_user, "carol"))
            await get_hub().sweep()
            assert await client.hears_nothing()
            assert get_hub().followers == set()

    async def test_a_failing_sweep_is_followed_by_the_next(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_: object) -> dict[int, int]:
            raise RuntimeError("no database")

        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as patch:
                patch.setattr(events, "heads", fail)
                await until(lambda: "The sweep failed" in caplog.text, "the sweep failing")
            await in_thread(place, alice)
            await client.until_applied(is_complete(client, "alice", 1))

    async def test_a_database_that_is_away_for_many_sweeps_is_two_lines(
        self, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        tries = 0

        def fail(_: object) -> dict[int, int]:
            nonlocal tries
            tries += 1
            raise OperationalError("refused")

        monkeypatch.setattr(hub, "SWEEP_SECONDS", 0.01)
        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as patch:
                patch.setattr(events, "heads", fail)
                await until(lambda: tries > 2, "three sweeps failing")
            await until(lambda: "swept again" in caplog.text, "a sweep that works")
            await get_hub().sweep()
        told = [record.getMessage() for record in caplog.records if record.name == "orders.live.hub"]
        assert told == ["The log can't be swept (refused); retrying every second.", "The log is swept again."]


async def test_a_watcher_who_remembers_more_than_the_log_holds_is_reset(alice: User, desk: User) -> None:
    async with connected(desk) as client:
        await client.follow("*", after={"alice": 700, "nobody": 3, "a\0b": 1})
        await client.step()
        assert [(reset["user"], reset["head"]) for reset in client.resets] == [("alice", 0)]
        await in_thread(place, alice)
        await client.until_applied(is_complete(client, "alice", 1))


class TestBrokers:
    @pytest.fixture(autouse=True)
    def written_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Orders are saved here as if in another process: only the broker tells this one of them."""
        monkeypatch.setattr(hubs, "hear_committed", lambda events, at: None)

    @pytest.fixture
    def own_broker(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
        with Broker(tmp_path) as running:
            settings.CHANNEL_LAYERS = running.layers
            monkeypatch.setattr(publisher, "publisher", Publisher())
            yield running

    async def test_updates_still_arrive_while_the_broker_hangs_and_live_ones_after(
        self, own_broker: Broker, alice: User, bob: User
    ) -> None:
        async with connected(alice) as client, connected(bob) as late:
            await client.follow()
            own_broker.pause()
            loop = asyncio.get_running_loop()
            for number in range(1, 4):
                await in_thread(place, alice)
                await client.until_applied(is_complete(client, "alice", number))
            await late.follow()
            await in_thread(place, bob)
            await late.until_applied(is_complete(late, "bob", 1))
            own_broker.resume()
            await until(lambda: get_hub_of(loop).membership.joined == {alice.pk, bob.pk}, "the groups being joined")
            for user, follower in ((alice, client), (bob, late)):
                await self.live_again(user, follower)
            assert (client.gaps, client.duplicates, late.gaps, late.duplicates) == (0, 0, 0, 0)

    async def test_a_broker_that_was_restarted_is_heard_again(self, own_broker: Broker, alice: User) -> None:
        async with connected(alice) as client:
            await client.follow()
            own_broker.stop()
            await in_thread(place, alice)
            await client.until_applied(is_complete(client, "alice", 1))
            own_broker.start()
            await self.live_again(alice, client)
            assert (client.gaps, client.duplicates) == (0, 0)

    async def test_without_a_broker_from_the_start_everything_still_arrives(
        self, own_broker: Broker, alice: User
    ) -> None:
        own_broker.stop()
        async with connected(alice) as client:
            await client.follow()
            await in_thread(place_many, alice, 3)
            await client.until_applied(is_complete(client, "alice", 3))

    async def live_again(self, user: User, client: Client) -> None:
        """Places orders until one of them has arrived by announcement."""
        client.live = 0
        while not client.live:
            await in_thread(place, user)
            head = (await in_thread(events.heads, [user.pk]))[user.pk]
            await client.until_applied(is_complete(client, user.username, head))


def get_hub_of(loop: asyncio.AbstractEventLoop) -> hub.Hub:
    return hubs._hubs[loop]


@pytest.mark.both_databases
async def test_under_any_writes_two_owners_clients_hold_exactly_their_logs(alice: User, bob: User, desk: User) -> None:
    def write() -> None:
        for number in range(30):
            place(alice)
            if number % 3 == 0:
                Order.objects.filter(user=bob).update(text=str(number))
                with builders.rolled_back():
                    place(bob)
                place(bob)

    async with connected(alice) as hers, connected(bob) as his, connected(desk) as watching:
        for client, name in ((hers, None), (his, None), (watching, "*")):
            await client.follow(name)
        await in_thread(write)
        heads = {"alice": await in_thread(head_of, alice), "bob": await in_thread(head_of, bob)}
        for client, names in ((hers, ["alice"]), (his, ["bob"]), (watching, ["alice", "bob"])):
            await client.until_applied(lambda c=client, n=names: all(c.last.get(name) == heads[name] for name in n))
            assert sorted(client.applied) == names
            assert (client.gaps, client.duplicates) == (0, 0)
        for user, client in ((alice, hers), (bob, his)):
            told = [
                {k: v for k, v in event.items() if k not in ("hops", "replay")}
                for event in client.applied[user.username]
            ]
            assert told == await in_thread(log_of, user)


def foreign(user: User, first: int, **fields: Any) -> dict[str, Any]:
    """What another site on the same Redis would say of an owner with the same number, in nearly our own words."""
    event = {"seq": first, "user": user.username, "kind": "created", "order": {"id": 0, "version": 1}, "changes": {}}
    texts = [outbound.live_event(json.dumps(event), 1.0, 2.0)]
    return {"type": "orders.events", "user_id": user.pk, "first": first, "texts": texts} | fields


@pytest.mark.usefixtures("no_sweep")
class TestFalseHints:
    @pytest.mark.parametrize("fields", [{}, {"signature": "0" * 32}, {"signature": None}, {"texts": ["{}", "{}"]}])
    @pytest.mark.parametrize("first", [-7, 1, 4, 5, 50, 10_000, 2**62])
    async def test_what_this_site_has_not_signed_is_no_event_and_moves_nothing(
        self, alice: User, first: int, fields: dict[str, Any]
    ) -> None:
        await in_thread(place_many, alice, 3)
        async with connected(alice) as client:
            await client.follow()
            own = get_hub()
            await say(alice, foreign(alice, first, **fields))
            await until(lambda: own.gaps == 1, "the hint being heard")
            await in_thread(place_many, alice, 3)
            await client.until_applied(is_complete(client, "alice", 6))
            assert [event["seq"] for event in client.applied["alice"]] == [4, 5, 6]
            assert all(event["order"]["id"] for event in client.applied["alice"])
            assert (client.resets, client.gaps, client.duplicates) == ([], 0, 0)
            assert own.streams[alice.pk].head == 6

    async def test_a_number_that_the_log_does_not_confirm_moves_nothing(self, alice: User) -> None:
        await in_thread(place_many, alice, 3)
        async with connected(alice) as client:
            await client.follow()
            own = get_hub()
            for first in (50, 10_000):
                await say(alice, publisher.message(alice.pk, first, foreign(alice, first)["texts"]))
            await until(lambda: own.gaps and own.streams[alice.pk] not in own._looks, "the looks into the log")
            await in_thread(place, alice)
            await client.until_applied(is_complete(client, "alice", 4))
            assert (client.resets, client.gaps, own.streams[alice.pk].head) == ([], 0, 4)

    async def test_a_hint_of_somebody_else_leads_to_what_was_not_announced(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as silent:
                silent.setattr(recording, "announce", lambda committed: None)
                await in_thread(place_many, alice, 3)
            await say(alice, foreign(alice, 10_000))
            await client.until_applied(is_complete(client, "alice", 3))
            assert client.resets == []

    async def test_a_log_that_was_trimmed_beyond_a_stream_is_jumped_to_its_own_head(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with connected(alice) as client:
            await client.follow()
            with monkeypatch.context() as silent:
                silent.setattr(recording, "announce", lambda committed: None)
                await in_thread(place_many, alice, 5)
                await in_thread(upkeep.trim, alice.pk, 5)
            await announce(alice, 50, 50)
            while not client.resets:
                await client.step()
            assert client.resets[0]["head"] == 5


async def test_a_database_that_was_brought_back_under_a_server_resets_its_clients(alice: User) -> None:
    async with connected(alice) as client:
        await client.follow()
        await in_thread(place_many, alice, 5)
        await client.until_applied(is_complete(client, "alice", 5))
        await in_thread(bring_back, alice, 3)
        while not client.resets:
            await client.step()
        assert client.last["alice"] == client.resets[0]["head"] == 3
        await in_thread(place, alice)
        await client.until_applied(is_complete(client, "alice", 4))


class Ear:
    """A follower that only counts, and may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.woken = 0
        self.fails = fails

    def wake(self, user_id: int) -> None:
        self.woken += 1
        if self.fails:
            raise RuntimeError("a socket that can't be written to")

    def follow(self, stream: Any) -> None:
        raise AssertionError("it watches nobody")

    def follows(self, user_id: int) -> bool:
        return False


class SlowDatabase:
    """Asked something, it says so, and answers when it is let go on."""

    def __init__(self) -> None:
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def answer(self, *work: Any) -> Any:
        self.asked.set()
        await self.go_on.wait()
        return await in_thread(*work)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> SlowDatabase:
    """The hub's."""
    slow = SlowDatabase()
    monkeypatch.setattr(hub, "in_thread", slow.answer)
    return slow


@pytest.mark.usefixtures("no_sweep")
class TestFollowers:
    async def test_one_that_fails_keeps_no_other_from_being_woken(
        self, alice: User, bob: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        own = get_hub()
        ears = [Ear(fails=number == 2) for number in range(6)]
        for ear in ears:
            for user in (alice, bob):
                await own.join(user.pk, user.username, ear)
        for user in (alice, bob):
            await in_thread(place, user)
        await until(lambda: [ear.woken for ear in ears] == [2] * 6, "all being woken")
        assert "could not be woken" in caplog.text

    async def test_one_that_goes_while_its_stream_opens_leaves_nothing(
        self, alice: User, database: SlowDatabase
    ) -> None:
        own, ear = get_hub(), Ear()
        joining = asyncio.create_task(own.join(alice.pk, "alice", ear))
        await database.asked.wait()
        joining.cancel()
        with suppress(asyncio.CancelledError):
            await joining
        await own.leave_all(ear)
        database.go_on.set()
        await until(lambda: not own._joining, "the opening's end")
        assert (own.streams, own.followers, own.membership.joined) == ({}, set(), set())

        stream = await own.join(alice.pk, "alice", ear)
        assert own.streams == {alice.pk: stream}

    async def test_one_that_leaves_while_another_joins_it_to_a_stream_ends_the_joining(
        self, alice: User, database: SlowDatabase
    ) -> None:
        own, ear = get_hub(), Ear()
        joining = asyncio.create_task(own.join(alice.pk, "alice", ear))
        await database.asked.wait()
        await own.leave_all(ear)
        database.go_on.set()
        await joining
        await own.leave(alice.pk, ear)
        assert (own.streams, own.followers, own.membership.joined) == ({}, set(), set())

    async def test_one_that_goes_while_a_stream_opens_takes_it_from_no_other(
        self, alice: User, database: SlowDatabase
    ) -> None:
        own, gone, staying = get_hub(), Ear(), Ear()
        first = asyncio.create_task(own.join(alice.pk, "alice", gone))
        await database.asked.wait()
        second = asyncio.create_task(own.join(alice.pk, "alice", staying))
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await own.leave_all(gone)
        database.go_on.set()
        assert own.streams == {alice.pk: await second}
        await in_thread(place, alice)
        await until(lambda: staying.woken, "its event")

    async def test_one_whose_stream_can_not_be_opened_is_not_kept(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> dict[int, int]:
            raise OperationalError("the database is away")

        own = get_hub()
        monkeypatch.setattr(events, "heads", away)
        with pytest.raises(OperationalError):
            await own.join(alice.pk, "alice", Ear())
        assert (own.streams, own.followers, own._joining) == ({}, set(), {})
