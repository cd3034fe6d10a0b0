"""An upstream connection that reconnects and subscribes again after a drop, refusal, silence or throttling.

`websockets` connects; this module decides when to reconnect, because the library's own iterator reconnects at once to
an upstream that accepts and then closes, and gives up for good on HTTP 429.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Never

import anyio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response

from market.feeds.clock import CLOCK, Clock
from market.feeds.dialect import Dialect
from market.feeds.intake import Intake, Lost
from market.feeds.interest import Interest
from market.feeds.pace import MANNERS, Backoff, Manners, TokenBucket, retry_after
from market.live.ticks import Sink, State, Status

logger = logging.getLogger(__name__)
# At level DEBUG the library logs the request line, which contains the key: give it a logger that can't be turned on.
MUTE = logging.Logger("market.feeds.wire", logging.CRITICAL + 1)
MESSAGES_A_TURN = 200


class Upstream:
    """A `market.live.ticks.Feed` over a websocket. Use all of it, `want` included, in one event loop."""

    def __init__(self, spoken: Dialect, limit: int | None, *, clock: Clock = CLOCK, manners: Manners = MANNERS) -> None:
        self.name = spoken.name
        self.status = Status(limit=limit)
        self._spoken, self._clock, self._manners = spoken, clock, manners
        self._interest = Interest(spoken.patience, clock.now)
        self._backoff = Backoff(manners.first_wait, manners.longest_wait, clock.draw)
        self._bucket = TokenBucket(manners.per_second, manners.burst, clock)
        self._changed = asyncio.Event()
        self._intake = Intake(spoken, self._interest, self.status, self._changed, clock, manners.limit_again)
        self._is_ping_due = False
        self._heard = clock.now()

    def want(self, symbols: Mapping[str, str]) -> None:
        self._interest.want(symbols)
        self._changed.set()
        if self.status.state is State.LIVE:
            self._intake.live()

    async def run(self, sink: Sink) -> None:
        while True:
            await self._clock.sleep(await self._attempt(sink))

    async def _attempt(self, sink: Sink) -> float:
        """Run one connection from handshake to end; return the seconds to wait before the next."""
        manners = self._manners
        try:
            connection = await connect(
                self._spoken.url(),
                open_timeout=manners.open_timeout,
                close_timeout=manners.close_timeout,
                logger=MUTE,
            )
        except InvalidStatus as refusal:
            return self._turned_away(refusal.response)
        except Exception as fault:  # any network error; its text may contain the address and with it the key
            return self._down(f"No connection ({type(fault).__name__}).")
        opened = self._heard = self._clock.now()
        try:
            why = await self._converse(connection, sink)
            if self._heard - opened >= manners.stable:
                self._backoff.reset()
            return self._down(why)
        finally:
            await self._close(connection)

    async def _converse(self, connection: ClientConnection, sink: Sink) -> str:
        """Read, write, watch for silence and retry symbols until one of these fails; return the reason."""
        self._intake.restart()
        self._settle(State.CONNECTING, "Connected; no data received yet.")
        fault: Exception = Lost("The connection was closed.")
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._read, connection, sink)
                group.start_soon(self._write, connection)
                group.start_soon(self._watch)
                group.start_soon(self._remind)
        except* Exception as faults:
            fault = faults.exceptions[0]
        return self._why(fault)

    async def _read(self, connection: ClientConnection, sink: Sink) -> Never:
        while True:
            # Buffered messages are read without a pause, so yield to the other tasks now and then.
            for _ in range(MESSAGES_A_TURN):
                message = await connection.recv()
                self._heard = self._clock.now()
                self._intake.receive(message, sink)
            await asyncio.sleep(0)

    async def _write(self, connection: ClientConnection) -> Never:
        while True:
            self._changed.clear()
            if self._is_ping_due:
                self._is_ping_due = False
                ping = self._spoken.ping()
                if ping is not None:
                    await connection.send(ping)
            while self._interest.next_step(self.status.limit, self._spoken.batch):
                await self._bucket.take()
                step = self._interest.next_step(self.status.limit, self._spoken.batch)
                if step is not None:  # the step may have become unnecessary during the wait
                    self._interest.sent(step)
                    await connection.send(self._spoken.ask(step.method, step.names))
            await self._changed.wait()

    async def _watch(self) -> Never:
        """Watchdog: after a third of the allowed silence ping, after two thirds become stale, at the end disconnect."""
        silence = self._spoken.silence_seconds
        marks = (silence / 3, silence * 2 / 3, silence)
        while True:
            quiet = self._clock.now() - self._heard
            if quiet >= marks[2]:
                raise Lost(f"No data received for {silence:g} s.")
            if quiet >= marks[1]:
                self._settle(State.STALE, f"No data received for {quiet:.0f} s.")
            elif quiet >= marks[0]:
                self._is_ping_due = True
                self._changed.set()
            await self._clock.sleep(next(mark for mark in marks if mark > quiet) - quiet)

    async def _remind(self) -> Never:
        while True:
            await self._clock.sleep(self._manners.look_again)
            self._intake.remind()

    def _turned_away(self, response: Response) -> float:
        code = response.status_code
        if code in (401, 403):
            wait = self._manners.refused_wait
            self._settle(State.REFUSED, f"Access refused (HTTP {code}); retrying every {wait / 60:g} minutes.")
            return wait
        told = response.headers.get_all("Retry-After")
        asked = min(retry_after(told, self._clock.wall()), self._manners.longest_asked_wait)
        return asked + self._down(
            f"No connection (HTTP {code})" + (f"; asked to wait {asked:.0f} s." if asked else ".")
        )

    def _why(self, fault: Exception) -> str:
        if isinstance(fault, Lost):
            return str(fault)
        if isinstance(fault, ConnectionClosed):
            return f"The connection was lost (code {fault.rcvd.code if fault.rcvd else 1006})."
        logger.error("%s: internal error; reconnecting", self.name, exc_info=fault)
        return f"Internal error ({type(fault).__name__})."

    def _down(self, why: str) -> float:
        self._settle(State.DOWN, why)
        return self._backoff.next()

    def _settle(self, state: State, reason: str) -> None:
        self.status.state, self.status.reason = state, reason

    async def _close(self, connection: ClientConnection) -> None:
        """Close it completely on this side, so that it never overlaps with the next connection."""
        try:
            with anyio.move_on_after(self._manners.close_timeout, shield=True):
                await connection.close()
        finally:
            connection.transport.abort()
