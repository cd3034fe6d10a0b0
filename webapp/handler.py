"""Answers HTTP requests in a pool of threads, each request in one thread from the first middleware to the last.

Django's own ASGI handler goes back and forth between loop and threads around middleware that is not async: a thread
that waits for the loop then keeps a server from ending, and every request opens a database connection of its own.

A request that waits for a database which has gone silent is answered 503; its thread goes on when the database does.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from webapp.errors import unavailable
from webapp.pulse import Pulse
from webapp.turns import Turns

# Also the most database connections that the requests of one process keep.
THREADS = 16
LOOK_SECONDS = 0.5
# It says that the process lives, whatever its threads wait for.
LIVE = "/health/live"


class ThreadedHandler(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self._in_thread = self._threads(THREADS, "request")
        self._in_spare_thread = self._threads(1, "live")
        self._pulse = Pulse()
        # PostgreSQL works while others compute; SQLite computes in our own process, and lets one write at a time.
        self._turns = Turns(1 if connection.vendor == "sqlite" else THREADS)

    def _threads(self, number: int, name: str) -> Any:
        pool = ThreadPoolExecutor(number, thread_name_prefix=name)
        return sync_to_async(self._answer, thread_sensitive=False, executor=pool)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers without Django's own hops: a thread for each signal, and a task that waits for the client to leave.

        Nobody listens to those signals but what looks after a thread's connections, which `_answer` does in its own.
        """
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            request_started.send(sender=self.__class__, scope=scope)
            request, refused = self.create_request(scope, body)
            response: Any = refused if request is None else await self.run_get_response(request)
            if response.streaming:
                async with ThreadSensitiveContext():
                    await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)
                response.close()

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Sends an answer that is still being made, for as long as its client is there."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        leaving = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (leaving, sending):
                task.cancel()
            await asyncio.gather(leaving, sending, return_exceptions=True)
            await sync_to_async(response.close)()
        if not sending.cancelled():
            sending.result()

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == LIVE:
            return cast("HttpResponseBase", await self._in_spare_thread(request))
        turn = await self._turns.take()
        try:
            return await self._answered(request)
        finally:
            turn.end()

    async def _answered(self, request: HttpRequest) -> HttpResponseBase:
        if self._pulse.is_silent:
            return unavailable(request)
        answer: asyncio.Task[HttpResponseBase] = asyncio.ensure_future(self._in_thread(request))
        while not (await asyncio.wait({answer}, timeout=LOOK_SECONDS))[0]:
            self._pulse.look()
            if self._pulse.is_silent:
                answer.add_done_callback(_drop)
                return unavailable(request)
        return answer.result()

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        # Django sends the signals that look after connections in another thread.
        close_old_connections()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()


def _drop(answer: asyncio.Task[HttpResponseBase]) -> None:
    """Nobody waits for it any more."""
    if not answer.cancelled() and answer.exception() is None:
        answer.result().close()


def close_connections(**kwargs: Any) -> None:
    """What a streamed answer has read with: its thread ends with the request, its connection should too."""
    connections.close_all()


request_finished.connect(close_connections, sender=ThreadedHandler)
