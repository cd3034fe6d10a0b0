"""The WebSocket consumer of `/ws/`: one socket per tab, for a user's order events and commands (docs/protocol.md)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from market.support.reasons import reason
from orders.domain.errors import OrderError, RateLimited, Unauthenticated, Unavailable, internal, unavailable
from orders.domain.rows import Row
from orders.live.hubs import get_hub
from orders.live.outbox import IS_BEHIND, SEND_NOW, Delivery
from orders.live.threads import in_thread
from orders.protocol import inbound, outbound, sizes
from orders.protocol.outbound import Close
from orders.socket import auth, commands, registry
from orders.socket.auth import Credentials
from orders.socket.forecasts import Forecasting
from orders.socket.outlet import Outlet
from orders.socket.quotes import Viewing
from orders.socket.rate import MessageRate
from orders.socket.subscriptions import Subscriptions

log = logging.getLogger(__name__)

STRIKES = 50


class OrdersConsumer(AsyncConsumer):
    """Knows its user, the frames and its subscriptions; `trading` decides what a command may do."""

    scope: Any
    base_send: Any
    credentials: Credentials
    delivery: Delivery
    subscriptions: Subscriptions
    outlet: Outlet
    viewing: Viewing
    forecasts: Forecasting
    rate: MessageRate

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Channels' own loop gives every socket a channel, and passes every message through the one shared thread;
        # the hub has one channel for all of them, and database work has its own threads (orders.live.threads).
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
        if not auth.is_known_host(self.scope):
            await self._refuse("host")
        if settings.TLS and not auth.is_secure(self.scope):
            await self._refuse("scheme")
        if not auth.has_token(self.scope) and not auth.is_same_origin(self.scope):
            await self._refuse("origin")
        try:
            credentials = await in_thread(auth.find_credentials, self.scope)
        except (OperationalError, InterfaceError) as error:
            log.error("The database does not answer: %s", reason(error))
            await self.base_send({"type": "websocket.accept"})
            await registry.send_away(self, "unavailable")
            return
        await self.base_send({"type": "websocket.accept"})
        if credentials is None:
            await self.send_text(outbound.error(None, Unauthenticated("Sign in first.")))
            await self.close(Close.SIGNED_OUT)
            return
        self.credentials = credentials
        extensions = self.scope.get("extensions", {})
        self.server_send_now = extensions.get(SEND_NOW)
        send_now = self._send_now if self.server_send_now else None
        self.delivery = Delivery(self.send_text, self._too_slow, send_now)
        self.subscriptions = Subscriptions(credentials.user, self.delivery, get_hub())
        self.outlet = Outlet(self.send_text, self._too_slow, send_now, extensions.get(IS_BEHIND))
        self.viewing = Viewing(credentials.user, self.outlet)
        self.forecasts = Forecasting(credentials.user, self.outlet)
        self.rate = MessageRate()
        await self.send_text(outbound.hello(credentials.user.get_username()))
        self.serving = asyncio.create_task(self.delivery.run())
        self.serving.add_done_callback(self._served)
        await registry.get_sessions().enter(self)
        log.info("opened for %s", credentials.user.get_username())

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.closed:
            return
        text = message.get("text")
        received_at = outbound.now()
        if text is None:
            await self._strike(inbound.WireError("bad_message", "A frame must be text, not binary."))
        elif len(text) > sizes.FROM_CLIENT_BYTES or len(text.encode()) > sizes.FROM_CLIENT_BYTES:
            await self.send_text(outbound.error(None, inbound.WireError("message_too_big", "At most 64 KiB a frame.")))
            await self.close(Close.TOO_BIG)
        else:
            try:
                frame = inbound.parse(text)
            except inbound.WireError as error:
                await self._strike(error)
            else:
                await self._answer(frame, received_at)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        self.closed = True
        raise StopConsumer

    async def _answer(self, frame: inbound.Frame, received_at: float) -> None:
        match frame:
            case inbound.Received():
                self.subscriptions.received(frame)
                return
            case inbound.Ping():
                await self.send_text(outbound.pong(frame.id, frame.client_time, received_at))
                return
        if not self.rate.allows():
            await self.send_text(outbound.error(frame.id, RateLimited("Too many messages.")))
            await self.close(Close.RATE)
            return
        try:
            await self._do(frame)
        except Exception as error:
            await self._refuse_frame(frame, error)

    async def _do(self, frame: inbound.Frame) -> None:
        match frame:
            case inbound.Subscribe():
                await self.subscriptions.subscribe(frame, self.send_text)
            case inbound.Unsubscribe():
                await self.send_text(await self.subscriptions.unsubscribe(frame))
            case inbound.SubscribeQuotes():
                await self.viewing.subscribe(frame)
            case inbound.UnsubscribeQuotes():
                await self.viewing.unsubscribe(frame)
            case inbound.SubscribeForecasts():
                await self.forecasts.subscribe(frame)
            case inbound.UnsubscribeForecasts():
                await self.forecasts.unsubscribe(frame)
            case inbound.Command():
                status, row = await in_thread(self._run, frame)
                await self.send_text(outbound.ack(frame.id, status, row))

    async def _refuse_frame(self, frame: inbound.Frame, error: Exception) -> None:
        method = None if isinstance(frame, inbound.Command) else "GET"
        match error:
            case OrderError():
                refused = error
            case OperationalError() | InterfaceError():
                log.error("The database does not answer: %s", reason(error))
                refused = Unavailable(unavailable(method))
            case _:
                log.error("A %s failed.", type(frame).__name__, exc_info=error)
                refused = OrderError(internal(method))
        await self.send_text(outbound.error(frame.id, refused))
        if isinstance(refused, Unauthenticated):
            await self.close(Close.SIGNED_OUT)

    def _run(self, frame: inbound.Command) -> tuple[int, Row]:
        """Run a command, but not for a user who has just signed out and whose socket the next check will close."""
        user = auth.person_of(self.credentials)
        if user is None:
            raise Unauthenticated("Sign in again.")
        return commands.run(user, frame.type, frame.body)

    async def send_text(self, text: str) -> None:
        if not self.closed:
            await self._send({"type": "websocket.send", "text": text})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await self.base_send(message)
        except OSError:  # ASGI's signal that the client has left; its disconnect message follows
            self.closed = True

    def _send_now(self, text: str) -> None:
        if not self.closed:
            self.server_send_now(text)

    async def close(self, code: Close) -> None:
        """Close once; later messages are ignored."""
        if not self.closed:
            self.closed = True
            if self.serving is not None:
                self.serving.cancel()
            await self._send({"type": "websocket.close", "code": int(code)})

    async def go_away(self, reason: str, reconnect_after_ms: int) -> None:
        await self.send_text(outbound.going_away(reason, reconnect_after_ms))
        await self.close(Close.RESTART)

    async def _refuse(self, what: str) -> None:
        """Refuse the handshake."""
        log.warning("refused: wrong %s, from %s", what, auth.address(self.scope))
        self.closed = True
        await self.base_send({"type": "websocket.close"})
        raise StopConsumer

    async def _strike(self, error: inbound.WireError) -> None:
        self.strikes += 1
        await self.send_text(outbound.error(error.frame_id, error))
        if self.strikes >= STRIKES:
            await self.close(Close.PROTOCOL)

    async def _too_slow(self) -> None:
        await self.close(Close.TOO_SLOW)

    def _served(self, task: asyncio.Task[None]) -> None:
        """Close a socket whose delivery failed, instead of leaving it silent: its client reconnects and catches up."""
        if not task.cancelled() and task.exception() is not None:
            log.error("The delivery failed.", exc_info=task.exception())
            self.ending = asyncio.ensure_future(self.close(Close.RESTART))

    async def _leave(self) -> None:
        self.closed = True
        if self.serving is not None:
            self.serving.cancel()
            registry.get_sessions().leave(self)
            self.viewing.leave()
            self.forecasts.leave()
            self.outlet.leave()
            await self.subscriptions.leave()
            log.info("closed for %s", self.credentials.user.get_username())
