"""Whatever is written, rolled back or trimmed, and whatever becomes of hints and connections: the screens are right.

Hypothesis drives the writers' machine further: a real hub with its deliveries and screens, hints that are lost, doubled
or late, clients that connect, drop and pause, logs that are trimmed. After each step, old snapshot + events = fresh.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from orders.live import gap_fill, hub, outbox, publisher, signing, stream, threads
from orders.live.gap_fill import Looks
from orders.live.hub import Hub
from orders.live.stream import Stream
from orders.log import events, recording, upkeep
from orders.models import Order
from orders.protocol import outbound
from orders.socket import subscriptions
from tests.faults.report import Row
from tests.faults.screens import Screen, turn
from tests.forms import scaled
from tests.orders import builders
from tests.orders.builders import rolled_back
from tests.orders.log.test_log_machine import Writers, endings, texts

STEPS = 40
PATIENCE = 12

fates = st.sampled_from(["told", "told", "lost", "doubled", "late"])


class _Groups:
    """A channel layer that says nothing by itself; the machine hands the hub its messages."""

    def __init__(self) -> None:
        self.joined: set[int] = set()

    async def join(self, user_id: int) -> None:
        self.joined.add(user_id)

    async def leave(self, user_id: int) -> None:
        self.joined.discard(user_id)

    async def receive(self) -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")


async def a_hub() -> Hub:
    """Of the loop that runs."""
    return Hub()


class Site(Writers):
    """One server's hub over two owners' logs, and their screens."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.hub = self.run(a_hub())
        self.hub.membership = _Groups()  # type: ignore[assignment]
        self.screens: list[Screen] = []
        self.hinted: dict[User, int] = {}
        self.late: list[dict[str, Any]] = []
        # As Django marks the block around a test: what must be alone in its transaction is then let in.
        self.atomic._from_testcase = True  # type: ignore[attr-defined]

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.hinted = dict.fromkeys(self.owners, 0)
        for owner in self.owners:
            self.connect_another(self.owners.index(owner))

    def teardown(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.run(turn())
        self.loop.close()
        super().teardown()

    def run(self, work: Awaitable[Any]) -> Any:
        async def finish() -> Any:
            return await work

        return self.loop.run_until_complete(finish())

    @rule(owner=st.integers(0, 1))
    @precondition(lambda self: len(self.screens) < 5)
    def connect_another(self, owner: int) -> None:
        self.screens.append(Screen(self.owners[owner], self.hub))
        self.run(self.screens[-1].connect())

    @rule(number=st.integers(0))
    def drop_or_come_back(self, number: int) -> None:
        screen = self.screens[number % len(self.screens)]
        self.run(screen.drop() if screen.connected else screen.connect())

    @rule(number=st.integers(0))
    def pause_or_go_on(self, number: int) -> None:
        screen = self.screens[number % len(self.screens)]
        screen.paused = not screen.paused

    @rule(owner=st.integers(0, 1), share=st.floats(0, 1))
    def trim(self, owner: int, share: float) -> None:
        user = self.owners[owner]
        upkeep.trim(user.pk, int(builders.head_of(user) * share))
        # A client that had nothing but the log would have to reload; the machine's own one reads on from here.
        self.known[user] = (builders.head_of(user), builders.snapshot_of(user))

    @rule(ending=endings, text=texts, inner=texts)
    def a_savepoint_rolled_back(self, ending: str, text: str, inner: str) -> None:
        def work() -> None:
            Order.objects.filter(text=text).update(quantity=7)
            with rolled_back():
                Order.objects.filter(text=inner).update(quantity=9)
                Order.objects.filter(text=inner, status="canceled").delete()
            Order.objects.filter(text=inner).update(text=text)

        self.write(ending, work)

    @rule(fate=fates)
    def hint(self, fate: str) -> None:
        """Tells the hub what was committed since the last hint, or does not."""
        for owner in self.owners:
            told = events.since(owner.pk, self.hinted[owner])
            if not told:
                continue
            self.hinted[owner] = told[-1].seq
            lines = [outbound.live_event(event.body, 1.0, 2.0) for event in told]
            message = publisher.message(owner.pk, told[0].seq, lines)
            if fate == "late":
                self.late.append(message)
            times = {"told": 1, "doubled": 2}.get(fate, 0)
            for _ in range(times):
                self.run(self._hear(message))
        if fate != "late" and self.late:
            self.run(self._hear(self.late.pop()))

    @rule(owner=st.integers(0, 1), ahead=st.sampled_from([1, 1, 3, 50]))
    def a_false_hint(self, owner: int, ahead: int) -> None:
        """Somebody else who can write to Redis tells of what is not in the log."""
        user = self.owners[owner]
        seq = builders.head_of(user) + ahead
        order = {"id": 0, "user": user.username, "version": 1}
        event = {"seq": seq, "user": user.username, "kind": "created", "order": order, "changes": {}}
        lines = [outbound.live_event(json.dumps(event), 1.0, 2.0)]
        # After the last step nobody who reads lacks anything.
        reading = [(screen, screen.resets) for screen in self.screens if screen.connected and not screen.paused]
        self.run(self._hear(publisher.message(user.pk, seq, lines) | {"signature": "0" * 32}))
        self._settle()
        for screen, resets in reading:
            assert screen.resets == resets
            assert 0 not in screen.table

    async def _hear(self, message: dict[str, Any]) -> None:
        self.hub._hear(message)

    @invariant()
    def every_screen_that_reads_shows_what_the_database_holds(self) -> None:
        type(self).steps += 1
        self._settle()
        self.run(self.hub.sweep())
        self._settle()
        for screen in self.screens:
            if screen.connected and not screen.paused:
                assert screen.last == builders.head_of(screen.owner)
                assert screen.table == builders.snapshot_of(screen.owner)

    def _settle(self) -> None:
        """Until nobody has said anything for a while of turns."""
        quiet, frames = 0, -1
        while quiet < PATIENCE:
            self.run(turn())
            for screen in self.screens:
                screen.read()
            now = sum(screen.frames for screen in self.screens)
            quiet, frames = (quiet + 1 if now == frames else 0), now


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Database work in the loop's own thread, and limits so small that they are met all the time."""

    async def inline(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await turn()
        # Within a running loop Django would open another connection, which does not see this test's transaction.
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return function(*args, **kwargs)
        finally:
            asyncio._set_running_loop(loop)

    for module in (hub, gap_fill, outbox, subscriptions, threads):
        monkeypatch.setattr(module, "in_thread", inline)
    for module, name, value in (
        (hub, "GRACE_SECONDS", 0),
        (hub, "SWEEP_SECONDS", 3600),
        (gap_fill, "RING", 6),
        (stream, "RING", 6),
        (outbox, "LOG_PAGE", 3),
        (outbound, "WINDOW", 5),
    ):
        monkeypatch.setattr(module, name, value)


def run_machine(examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> int:
    """How many steps were made and checked."""
    Site.steps = 0
    run_state_machine_as_test(
        Site,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Site.steps


@pytest.mark.fault(21, "any turn of writes, rollbacks, savepoints, hints, drops, pauses and trims")
@pytest.mark.django_db
@pytest.mark.usefixtures("one_thread")
def test_old_snapshot_and_events_are_the_fresh_snapshot_after_every_step(row: Row) -> None:
    least = scaled(150, 2000)
    steps = run_machine(scaled(8, 300))
    row.figure("steps checked", steps, f">= {least:,}")
    assert steps >= least


@pytest.mark.django_db
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("switched_off", ["sweep", "look", "signature", "number"])
def test_the_machine_finds_what_is_switched_off(switched_off: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is swept, a hint is believed instead of the log, or a number is given twice, that is found."""

    async def no_sweep(self: Hub) -> None:
        """Nothing is looked for."""

    async def nothing() -> None:
        """Nothing is read."""

    def no_look(self: Looks, stream: Stream, number: int) -> asyncio.Task[None]:
        stream.jump(number)
        return asyncio.ensure_future(nothing())

    real = recording._body

    if switched_off == "sweep":
        monkeypatch.setattr(Hub, "sweep", no_sweep)
    elif switched_off == "look":
        monkeypatch.setattr(Looks, "begin", no_look)
    elif switched_off == "signature":
        monkeypatch.setattr(signing, "is_signed", lambda message: True)
    else:
        monkeypatch.setattr(recording, "_body", lambda entry, seq, at: real(entry, seq - seq % 4 // 3, at))
    with pytest.raises(AssertionError):
        run_machine(scaled(10, 100), (Phase.generate,))
