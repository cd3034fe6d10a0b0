"""Answers HTTP requests in a pool of threads, each request in one thread from the first middleware to the last.

Django's own ASGI handler goes back and forth between loop and threads around middleware that is not async: a thread
that waits for the loop then keeps a server from ending, and every request opens a database connection of its own.

A request that waits for a database which has gone silent is answered 503; its thread goes on when the database does.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from typing import Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import connection, connections
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
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._spare_thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._pulse = Pulse()
        # PostgreSQL works while others compute; SQLite computes in our own process, and lets one write at a time.
        self._turns = Turns(1 if connection.vendor == "sqlite" else THREADS)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers without Django's own hops: a thread for each signal, and a task that waits for a client to leave."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            request, refused = self.create_request(scope, body)
            response: Any = refused if request is None else await self.run_get_response(request)
            if response.streaming:
                async with ThreadSensitiveContext():
                    await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

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
            await sync_to_async(_close_streamed)(response)
        if not sending.cancelled():
            sending.result()

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == LIVE:
            return await self._in(self._spare_thread, request)
        turn = await self._turns.take()
        try:
            return await self._answered(request)
        finally:
            turn.end()

    async def _answered(self, request: HttpRequest) -> HttpResponseBase:
        if self._pulse.is_silent:
            return unavailable(request)
        answer = self._in(self._threads, request)
        while not (await asyncio.wait({answer}, timeout=LOOK_SECONDS))[0]:
            self._pulse.look()
            if self._pulse.is_silent:
                answer.add_done_callback(_drop)
                return unavailable(request)
        return answer.result()

    def _in(self, threads: ThreadPoolExecutor, request: HttpRequest) -> asyncio.Future[HttpResponseBase]:
        return asyncio.get_running_loop().run_in_executor(threads, copy_context().run, self._answer, request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answers between Django's two signals, which look after this thread's connections."""
        request_started.send(sender=self.__class__, scope=cast("Any", request).scope)
        response = self.get_response(request)
        if not response.streaming:
            response.close()  # all of it has been made, and stays there to be sent
        return response


def _close_streamed(response: HttpResponseBase) -> None:
    """And what it has read with: its thread ends with the request, its connection should too."""
    response.close()
    connections.close_all()


def _drop(answer: asyncio.Future[HttpResponseBase]) -> None:
    """Nobody waits for it any more."""
    if not answer.cancelled() and answer.exception() is None:
        answer.result().close()
