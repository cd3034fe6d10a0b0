"""The websocket `/ws/`: one a tab, carrying a person's order events and his commands (docs/protocol.md)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from market.reasons import reason
from orders import access, commands, frames, sessions, wire
from orders.access import Pass
from orders.delivery import IS_BEHIND, SEND_NOW, Delivery
from orders.errors import OrderError, RateLimited, Unauthenticated, Unavailable, internal, unavailable
from orders.hub import get_hub
from orders.rate import MessageRate
from orders.reader import in_thread
from orders.rows import Row
from orders.subscriptions import Subscriptions
from orders.viewing import Viewing
from orders.wire import Close

log = logging.getLogger(__name__)

STRIKES = 50


class OrdersConsumer(AsyncConsumer):
    """Knows its person, the frames and its subscriptions; what a command may do is decided in `services`."""

    scope: Any
    base_send: Any
    entry: Pass
    delivery: Delivery
    subscriptions: Subscriptions
    viewing: Viewing
    rate: MessageRate

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Channels' own loop gives every socket a channel, and every message a hop through the one shared thread;
        # the hub has one channel for all of them, and database work has threads of its own (orders.reader).
        self.scope, self.base_send = scope, send
        self.closed = False
        self.strikes = 0
        self.serving: asyncio.Task[None] | None = None
        self.ending: asyncio.Future[None] | None = None
        handlers = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }
        try:
            while True:
                message = await receive()
                await handlers[message["type"]](message)
        except StopConsumer:
            pass
        finally:
            await self._leave()

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        if not access.is_known_host(self.scope):
            await self._refuse("host")
        if settings.TLS and not access.is_secure(self.scope):
            await self._refuse("scheme")
        if not access.has_token(self.scope) and not access.is_same_origin(self.scope):
            await self._refuse("origin")
        try:
            entry = await in_thread(access.find_pass, self.scope)
        except (OperationalError, InterfaceError) as error:
            log.error("The database does not answer: %s", reason(error))
            await self.base_send({"type": "websocket.accept"})
            await sessions.send_away(self, "unavailable")
            return
        await self.base_send({"type": "websocket.accept"})
        if entry is None:
            await self.send_text(wire.error(None, Unauthenticated("Sign in first.")))
            await self.close(Close.SIGNED_OUT)
            return
        self.entry = entry
        extensions = self.scope.get("extensions", {})
        self.server_send_now = extensions.get(SEND_NOW)
        send_now = self._send_now if self.server_send_now else None
        self.delivery = Delivery(self.send_text, self._too_slow, send_now)
        self.subscriptions = Subscriptions(entry.user, self.delivery, get_hub())
        self.viewing = Viewing(entry.user, self.send_text, self._too_slow, send_now, extensions.get(IS_BEHIND))
        self.rate = MessageRate()
        await self.send_text(wire.hello(entry.user.get_username()))
        self.serving = asyncio.create_task(self.delivery.run())
        self.serving.add_done_callback(self._served)
        await sessions.get_sessions().enter(self)
        log.info("opened for %s", entry.user.get_username())

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.closed:
            return
        text = message.get("text")
        received_at = wire.now()
        if text is None:
            await self._strike(frames.WireError("bad_message", "A frame is text, not binary."))
        elif len(text) > wire.FROM_CLIENT_BYTES or len(text.encode()) > wire.FROM_CLIENT_BYTES:
            await self.send_text(wire.error(None, frames.WireError("message_too_big", "At most 64 KiB a frame.")))
            await self.close(Close.TOO_BIG)
        else:
            try:
                frame = frames.parse(text)
            except frames.WireError as error:
                await self._strike(error)
            else:
                await self._answer(frame, received_at)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        self.closed = True
        raise StopConsumer

    async def _answer(self, frame: frames.Frame, received_at: float) -> None:
        match frame:
            case frames.Received():
                self.subscriptions.received(frame)
                return
            case frames.Ping():
                await self.send_text(wire.pong(frame.id, frame.client_time, received_at))
                return
        if not self.rate.allows():
            await self.send_text(wire.error(frame.id, RateLimited("Too many messages.")))
            await self.close(Close.RATE)
            return
        try:
            await self._do(frame)
        except Exception as error:
            await self._refuse_frame(frame, error)

    async def _do(self, frame: frames.Frame) -> None:
        match frame:
            case frames.Subscribe():
                await self.subscriptions.subscribe(frame, self.send_text)
            case frames.Unsubscribe():
                await self.send_text(await self.subscriptions.unsubscribe(frame))
            case frames.SubscribeQuotes():
                await self.viewing.subscribe(frame)
            case frames.UnsubscribeQuotes():
                await self.viewing.unsubscribe(frame)
            case frames.Command():
                status, row = await in_thread(self._run, frame)
                await self.send_text(wire.ack(frame.id, status, row))

    async def _refuse_frame(self, frame: frames.Frame, error: Exception) -> None:
        method = None if isinstance(frame, frames.Command) else "GET"
        match error:
            case OrderError():
                refused = error
            case OperationalError() | InterfaceError():
                log.error("The database does not answer: %s", reason(error))
                refused = Unavailable(unavailable(method))
            case _:
                log.error("A %s failed.", type(frame).__name__, exc_info=error)
                refused = OrderError(internal(method))
        await self.send_text(wire.error(frame.id, refused))
        if isinstance(refused, Unauthenticated):
            await self.close(Close.SIGNED_OUT)

    def _run(self, frame: frames.Command) -> tuple[int, Row]:
        """Whoever has just been signed out does nothing more, even before the look that closes his socket."""
        user = access.person_of(self.entry)
        if user is None:
            raise Unauthenticated("Sign in again.")
        return commands.run(user, frame.type, frame.body)

    async def send_text(self, text: str) -> None:
        if not self.closed:
            await self._send({"type": "websocket.send", "text": text})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await self.base_send(message)
        except OSError:  # as ASGI has a server say that the client has left; we are about to be told
            self.closed = True

    def _send_now(self, text: str) -> None:
        if not self.closed:
            self.server_send_now(text)

    async def close(self, code: Close) -> None:
        """Closes once; what comes in afterwards is not read."""
        if not self.closed:
            self.closed = True
            if self.serving is not None:
                self.serving.cancel()
            await self._send({"type": "websocket.close", "code": int(code)})

    async def go_away(self, reason: str, reconnect_after_ms: int) -> None:
        await self.send_text(wire.going_away(reason, reconnect_after_ms))
        await self.close(Close.RESTART)

    async def _refuse(self, what: str) -> None:
        """Refuses the handshake itself."""
        log.warning("refused: wrong %s, from %s", what, access.address(self.scope))
        self.closed = True
        await self.base_send({"type": "websocket.close"})
        raise StopConsumer

    async def _strike(self, error: frames.WireError) -> None:
        self.strikes += 1
        await self.send_text(wire.error(error.frame_id, error))
        if self.strikes >= STRIKES:
            await self.close(Close.PROTOCOL)

    async def _too_slow(self) -> None:
        await self.close(Close.TOO_SLOW)

    def _served(self, task: asyncio.Task[None]) -> None:
        """A delivery that failed must not leave a silent socket: the client comes back and is caught up."""
        if not task.cancelled() and task.exception() is not None:
            log.error("The delivery failed.", exc_info=task.exception())
            self.ending = asyncio.ensure_future(self.close(Close.RESTART))

    async def _leave(self) -> None:
        self.closed = True
        if self.serving is not None:
            self.serving.cancel()
            sessions.get_sessions().leave(self)
            self.viewing.leave()
            await self.subscriptions.leave()
            log.info("closed for %s", self.entry.user.get_username())
