"""What happens to a process at the worst moment, one function each, named in SABOTAGE as the switches are."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from typing import Any

DOOMED = "dies before it is announced"


def death_before_publishing() -> None:
    """kill -9 after the commit of an order whose text says so, before anybody has been told."""
    from orders.live.publisher import Publisher

    put = Publisher.put

    def die_or_put(self: Any, events: Any, at: float) -> None:
        if any(DOOMED in event.body for event in events):
            os.kill(os.getpid(), signal.SIGKILL)
        put(self, events, at)

    Publisher.put = die_or_put  # type: ignore[method-assign]


def fuzzed_hints() -> None:
    """A third of the announcements is lost, a third comes twice, a third late and out of order."""
    from orders.live.redis_sender import GroupSender

    send = GroupSender.send
    late: list[tuple[float, Any]] = []

    def send_some(self: Any, messages: Any) -> None:
        now = time.monotonic()
        told = [message for at, message in late if at <= now]
        late[:] = [(at, message) for at, message in late if at > now]
        for message in messages:
            chance = random.randrange(3)
            if chance == 1:
                told = [message, *told, message]
            elif chance == 2:
                late.append((now + random.random() / 10, message))
        send(self, told)

    GroupSender.send = send_some  # type: ignore[method-assign]


def false_hints() -> None:
    """After each announcement come others of what nobody has committed: the next number, a later one, one far ahead."""
    from orders.live.redis_sender import GroupSender

    send = GroupSender.send

    def send_and_lie(self: Any, messages: Any) -> None:
        lies = [(group, message | lie) for group, message in messages for lie in _lies(message)]
        send(self, [*messages, *lies])

    GroupSender.send = send_and_lie  # type: ignore[method-assign]


def _lies(message: dict[str, Any]) -> list[dict[str, Any]]:
    event = json.loads(message["texts"][-1])
    found = []
    for ahead in (1, random.randrange(2, 500), 10_000):
        seq = event["seq"] + ahead
        order = event["order"] | {"client_order_id": "of nobody", "id": 0}
        found.append({"first": seq, "texts": [json.dumps(event | {"seq": seq, "order": order})]})
    return found


def short_lives() -> None:
    """Groups are forgotten after LIFETIME seconds, sockets end after twice as many; else it is a day for both."""
    from channels_redis.core import RedisChannelLayer
    from django.conf import settings

    seconds = int(os.environ["LIFETIME"])
    layer = settings.CHANNEL_LAYERS["default"]
    layer["BACKEND"] = "channels_redis.core.RedisChannelLayer"
    layer["CONFIG"]["group_expiry"] = seconds
    make_layer = RedisChannelLayer.__init__

    def make_patient(self: Any, hosts: Any, **options: Any) -> None:
        # redis-py gives up connections that were idle for five seconds unless told to wait.
        make_layer(self, hosts=[{"address": host, "socket_timeout": None} for host in hosts], **options)

    RedisChannelLayer.__init__ = make_patient
    from webapp.server.sockets import Sockets

    connect = Sockets.connection_made

    def connect_for_a_while(self: Any, transport: Any) -> None:
        connect(self, transport)
        self.loop.call_later(2 * seconds, transport.close)

    Sockets.connection_made = connect_for_a_while  # type: ignore[method-assign]


def another_clock() -> None:
    """The clock on the wall is off by as many seconds as a file says."""
    import time
    from datetime import timedelta
    from pathlib import Path

    from django.utils import timezone

    file = Path(os.environ["CLOCK_FILE"])
    true_time, true_now = time.time, timezone.now
    time.time = lambda: true_time() + int(file.read_text())
    timezone.now = lambda: true_now() + timedelta(seconds=int(file.read_text()))
