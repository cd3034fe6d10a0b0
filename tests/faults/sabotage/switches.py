"""The mechanisms that can be switched off, one function each; every one has a test that then finds the harm."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

NEVER = 10**9


def a_window() -> None:
    """Events go out without end, answered or not."""
    from orders.live import outbox
    from orders.protocol import outbound

    outbound.WINDOW = NEVER
    outbox.ANSWER_SECONDS = NEVER


def fair_shares() -> None:
    """A socket is read as fast as it sends, whatever becomes of the others and of what it does not read."""
    from webapp.server import sockets

    sockets.FRAMES_AT_FIRST = sockets.FRAMES_AT_ONCE = sockets.FRAMES_A_SECOND = NEVER
    sockets.SLICE_BYTES = NEVER
    sockets.CLOSING_REST_SECONDS = 0
    sockets.Sockets.pause_writing = lambda self: None  # type: ignore[method-assign]


def a_strike_limit() -> None:
    from orders.socket import consumer

    consumer.STRIKES = NEVER


def a_size_limit() -> None:
    from orders.protocol import sizes

    sizes.FROM_CLIENT_BYTES = NEVER  # before the web server takes its own limit from there
    from webapp.server import sockets

    sockets.FRAGMENTS_A_MESSAGE = NEVER


def revocation() -> None:
    """Whoever has a socket keeps it."""
    from orders.socket.registry import Sessions

    async def check(self: Any) -> None:
        return None

    Sessions.check = check  # type: ignore[method-assign]


def the_sweep() -> None:
    """What was never announced is never looked for."""
    from orders.live.hub import Hub

    async def sweep(self: Any) -> None:
        return None

    Hub.sweep = sweep  # type: ignore[method-assign]


def the_publisher_thread() -> None:
    """Whoever saves tells the broker himself, and waits for it."""
    from asgiref.sync import async_to_sync
    from channels.layers import get_channel_layer
    from redis import RedisError

    from orders.live import groups, publisher
    from orders.live.publisher import Publisher

    def put(self: Any, events: Any, at: float) -> None:
        layer: Any = get_channel_layer()
        for event in events:
            message = publisher.message(event.user_id, event.seq, [event.body])
            with suppress(RedisError):
                async_to_sync(layer.group_send)(groups.orders(event.user_id), message)

    Publisher.put = put  # type: ignore[method-assign]


def the_resume() -> None:
    """Whoever comes back goes on from now, wherever he was."""
    from orders.socket.subscriptions import Subscriptions

    begin = Subscriptions._begin

    async def begin_now(self: Any, stream: Any, head: int, after: int | None, send: Any) -> None:
        await begin(self, stream, head, None, send)

    Subscriptions._begin = begin_now  # type: ignore[method-assign]


def the_numbers() -> None:
    """Whatever is announced is believed to be the next event."""
    from orders.live.stream import Stream

    take = Stream.take

    def take_as_next(self: Any, first: int, texts: Any) -> bool:
        return take(self, self.head + 1, texts)

    Stream.take = take_as_next  # type: ignore[method-assign]


def doubt() -> None:
    """Whatever Redis says is believed: the next event is taken from anybody, and a number is how far the log is."""
    from orders.live import signing
    from orders.live.gap_fill import Looks

    begin = Looks.begin

    def jump(self: Any, stream: Any, number: int) -> Any:
        stream.jump(number)
        self._tell(stream)
        return begin(self, stream, 0)

    signing.is_signed = lambda message: True
    Looks.begin = jump  # type: ignore[method-assign]


def late_numbers() -> None:
    """Events are numbered when a change is made, and their owner's log is locked from then to the commit."""
    from django.db import connections

    from orders.models import staged

    add = staged.add

    def add_and_number(changes: staged.Changes, using: str) -> None:
        add(changes, using)
        changes.before_commit(connections[using], [changes])

    staged.add = add_and_number


def the_wait_for_the_commit() -> None:
    """Events are announced as soon as they have a number."""
    from orders.log import recording
    from orders.models import staged

    number = recording.number

    def number_and_announce(connection: Any, recorded: list[staged.Changes]) -> None:
        number(connection, recorded)
        for changes in recorded:
            if changes.announce is not None:
                changes.announce()

    recording.number = number_and_announce


def immediate_transactions() -> None:
    """A transaction on SQLite takes the right to write when it first writes."""
    from django.db import connections

    connections.settings["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"


def unavailability() -> None:
    """A database that fails is an error like any other."""
    from orders.api import errors as api_errors
    from webapp import errors

    class Never(Exception):
        pass

    for module in (api_errors, errors):
        for name in ("OperationalError", "InterfaceError"):
            setattr(module, name, Never)


def a_steady_clock() -> None:
    """Heartbeats are due by the clock on the wall."""
    import time
    from types import SimpleNamespace

    from orders.live import outbox

    outbox.time = SimpleNamespace(monotonic=time.time)  # type: ignore[assignment]


def the_spread() -> None:
    """Whoever is sent away is told to come back at the same moment as all others."""
    from orders.socket import registry

    registry.RESTART_SPREAD_MS = 1


def the_pause() -> None:
    """Whoever is sent away is told to come back at once, while the server that says so still ends."""
    from orders.socket import registry

    registry.RESTART_MS, registry.RESTART_SPREAD_MS = 0, 1


def a_sign_in_queue() -> None:
    """Whoever signs in is answered like everybody else, by as many threads."""
    from webapp import view_costs

    view_costs.HASHING = frozenset()
    view_costs.hashes = lambda path: False
