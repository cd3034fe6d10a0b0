"""The order streams that one socket follows: its user's own, or, with a permission, another user's or everyone's."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable

from django.contrib.auth.models import User

from orders import trading
from orders.domain.errors import Forbidden, NotFound, OrderError
from orders.live.hub import Hub
from orders.live.outbox import Delivery
from orders.live.stream import Stream
from orders.live.threads import in_thread
from orders.log import events
from orders.protocol import inbound, outbound
from orders.protocol.inbound import EVERYONE

log = logging.getLogger(__name__)


class TooManySubscriptions(OrderError):
    code = "too_many_subscriptions"
    status = 429


class Subscriptions:
    def __init__(self, user: User, delivery: Delivery, hub: Hub) -> None:
        self.user = user
        self.delivery = delivery
        self.hub = hub
        self.follows_everyone = False
        self._ids: dict[str, int] = {user.get_username(): user.pk}

    @property
    def foreign(self) -> bool:
        """Whether the socket follows other users' events, and so must close when that permission is revoked."""
        return self.follows_everyone or any(id_ != self.user.pk for id_ in self.delivery.subscriptions)

    async def subscribe(self, frame: inbound.Subscribe, send: Callable[[str], Awaitable[None]]) -> None:
        """Answer `subscribed` and deliver from `after` on, or from the head; `reset` where that position is lost."""
        if frame.user == EVERYONE:
            await self._subscribe_everyone(frame, send)
            return
        user_id, name = await self._find(frame.user)
        self._check_room({user_id})
        if user_id != self.user.pk and user_id not in self.delivery.subscriptions:
            log.info("%r watches %r", self.user.get_username(), name)
        stream = await self.hub.join(user_id, name, self.delivery)
        self.delivery.end(user_id)  # no event from the old position may follow the answer
        head = stream.head
        await send(outbound.subscribed(frame.id, name, head))
        await self._begin(stream, head, frame.after if isinstance(frame.after, int) else None, send)

    async def unsubscribe(self, frame: inbound.Unsubscribe) -> str:
        """Stop the delivery; the answer has the head of each stream."""
        if frame.user == EVERYONE:
            heads = self.delivery.heads
            self.follows_everyone = False
            await self.hub.leave_all(self.delivery)
            for user_id in list(self.delivery.subscriptions):
                self.delivery.end(user_id)
            return outbound.unsubscribed(frame.id, EVERYONE, heads)
        user_id, name = await self._find(frame.user)
        stream = self.hub.streams.get(user_id)
        head = stream.head if stream else (await in_thread(events.heads, [user_id]))[user_id]
        self.delivery.end(user_id)
        await self.hub.leave(user_id, self.delivery)
        return outbound.unsubscribed(frame.id, name, head)

    def received(self, frame: inbound.Received) -> None:
        """Take an acknowledgement; ignore one for a stream that this socket no longer follows."""
        user_id = self._ids.get(frame.user or self.user.get_username())
        if user_id is None:
            names = {sub.stream.user: id_ for id_, sub in self.delivery.subscriptions.items()}
            user_id = names.get(frame.user or "")
        if user_id is not None:
            self.delivery.received(user_id, frame.seq)

    async def leave(self) -> None:
        await self.hub.leave_all(self.delivery)

    async def _subscribe_everyone(self, frame: inbound.Subscribe, send: Callable[[str], Awaitable[None]]) -> None:
        if not await in_thread(self._may_watch):
            raise Forbidden("Only the desk may watch everyone.")
        after = frame.after if isinstance(frame.after, dict) else {}
        names = await in_thread(_everyone, after)
        self._check_room(set(names))
        streams = [await self.hub.join(user_id, name, self.delivery) for user_id, name in names.items()]
        if not self.follows_everyone:
            log.info("%r watches everyone", self.user.get_username())
        self.follows_everyone = True
        self.hub.watch(self.delivery, names)
        for stream in streams:
            self.delivery.end(stream.user_id)
        heads = {stream.user: stream.head for stream in streams}
        await send(outbound.subscribed(frame.id, EVERYONE, heads))
        for stream in streams:
            await self._begin(stream, heads[stream.user], after.get(stream.user), send)

    async def _begin(
        self, stream: Stream, head: int, after: int | None, send: Callable[[str], Awaitable[None]]
    ) -> None:
        """Follow the stream from `after`, or from the reported head, even if the stream has moved on since."""
        reason = await self._unreachable(stream.user_id, head, after)
        if reason:
            await send(outbound.reset(stream.user, head, reason))
        self.delivery.begin(stream, head if after is None or reason else after)

    async def _unreachable(self, user_id: int, head: int, after: int | None) -> str | None:
        """Why the log can't resume from `after`; None if it can."""
        if after is None:
            return None
        if after > head:
            return "`after` is beyond the newest event."
        if after == head:
            return None
        _, trimmed = await in_thread(events.head_and_trimmed, user_id)
        return "The log no longer holds what follows." if after < trimmed else None

    async def _find(self, name: str | None) -> tuple[int, str]:
        if name is None or name == self.user.get_username():
            return self.user.pk, self.user.get_username()
        return await in_thread(self._find_other, name)

    def _find_other(self, name: str) -> tuple[int, str]:
        person = None
        if "\0" not in name and self._may_watch():
            person = User.objects.filter(username=name).first()
        if person is None:
            raise NotFound("There is no such user.")
        self._ids[name] = person.pk
        return person.pk, person.get_username()

    def _may_watch(self) -> bool:
        """Read the user again: Django caches an instance's permissions."""
        return trading.can_watch(User.objects.get(pk=self.user.pk))

    def _check_room(self, user_ids: set[int]) -> None:
        if len(user_ids | self.delivery.subscriptions.keys()) > outbound.SUBSCRIPTIONS:
            raise TooManySubscriptions(f"At most {outbound.SUBSCRIPTIONS} streams per socket.")


def _everyone(named: Iterable[str]) -> dict[int, str]:
    """The names of all users with a log, and of those named: a client that is ahead of its log needs a `reset`."""
    known = User.objects.filter(username__in=[name for name in named if "\0" not in name])
    return events.user_names(events.heads()) | dict(known.values_list("pk", "username"))
