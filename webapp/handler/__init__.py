"""HTTP handler with a thread pool: each request stays in one thread from the first middleware to the last.

Django's own ASGI handler switches between the event loop and threads around middleware that is not async: a thread
that waits for the loop then blocks the shutdown of a server, and every request opens its own database connection.

A request that waits for a hung database is answered 503; its thread continues when the database does. Requests that
hash a password or bring a large body have queues of their own, so that they don't delay other requests.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from typing import IO, Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.exceptions import RequestAborted, RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.signals import request_started
from django.db import connection, connections
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from orders.api.json import SMALL_BYTES
from webapp import view_costs
from webapp.accounts.sign_in_queue import SignInQueue
from webapp.errors import too_big, too_many_sign_ins, too_slow, unavailable
from webapp.handler import body_limit
from webapp.handler.concurrency import Slots
from webapp.handler.database_watchdog import Pulse

# Also the max number of database connections that one process keeps for requests without a queue of their own.
THREADS = 16
# Max concurrent requests with a large body, in threads of their own: after one, a thread keeps as much memory for the
# next.
LARGE_AT_ONCE = 2
LOOK_SECONDS = 0.5
# The liveness check, answered in a spare thread even while all others wait.
LIVE = "/health/live"
# Responses that end with their header; a 204 does not even have a length.
WITHOUT_BODY = (204, 304)


class Request(ASGIRequest):
    """A request whose content length is that of the received body: without one, Django and DRF see no body."""

    def __init__(self, scope: dict[str, Any], body: IO[bytes]) -> None:
        super().__init__(scope, body)
        self.size = body.seek(0, 2)
        body.seek(0)
        if self.size:
            self.META["CONTENT_LENGTH"] = str(self.size)


class ThreadedHandler(ASGIHandler):
    request_class = Request

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._spare_thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._pulse = Pulse()
        # PostgreSQL works while other threads compute; SQLite computes in this process, and has one writer at a time.
        self._slots = Slots(1 if connection.vendor == "sqlite" else THREADS)
        self._large = ThreadPoolExecutor(LARGE_AT_ONCE, thread_name_prefix="large")
        self._sign_ins = SignInQueue()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer without Django's overhead: a thread for each signal, and a task that waits for a disconnect."""
        try:
            body = await body_limit.read(scope, receive)
        except RequestAborted:
            return
        except RequestDataTooBig as error:
            await self.send_response(too_big(scope["path"], str(error)), send)
            return
        except TimeoutError:
            await self.send_response(too_slow(scope["path"]), send)
            return
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            request, refused = self.create_request(scope, body)
            response: Any = refused if request is None else await self.run_get_response(request)
            if scope["method"].upper() == "HEAD" or response.status_code in WITHOUT_BODY:
                await self._send_header(response, send)
            elif response.streaming:
                async with ThreadSensitiveContext():
                    await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

    async def _send_header(self, response: HttpResponseBase, send: Any) -> None:
        """Send the header without a body: on a keep-alive connection, a body would corrupt the next response."""
        if response.streaming:
            async with ThreadSensitiveContext():
                await sync_to_async(_close_streamed)(response)
        header = _with(b"", response)
        if response.status_code in WITHOUT_BODY:
            header.headers.pop("Content-Length", None)
        await self.send_response(header, send)

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send a streaming response until it ends or its client disconnects."""
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

    async def get_response_async(self, request: Any) -> HttpResponseBase:
        if request.path == LIVE:
            return await self._in(self._spare_thread, request)
        if request.method == "POST" and view_costs.hashes(request.path_info):
            return await self._sign_in(request)
        if request.size > SMALL_BYTES:
            return await self._answered(request, self._large)
        slot = await self._slots.take()
        try:
            return await self._answered(request, self._threads)
        finally:
            slot.end()

    async def _sign_in(self, request: HttpRequest) -> HttpResponseBase:
        address = request.META.get("REMOTE_ADDR", "")
        if not self._sign_ins.has_room(address):
            await self._sign_ins.hold()
            return too_many_sign_ins(request)
        async with self._sign_ins.turn(address):
            return await self._answered(request, self._sign_ins.thread)

    async def _answered(self, request: HttpRequest, threads: ThreadPoolExecutor) -> HttpResponseBase:
        if self._pulse.is_silent:
            return unavailable(request)
        answer = self._in(threads, request)
        while not (await asyncio.wait({answer}, timeout=LOOK_SECONDS))[0]:
            self._pulse.look()
            if self._pulse.is_silent:
                answer.add_done_callback(_drop)
                return unavailable(request)
        return answer.result()

    def _in(self, threads: ThreadPoolExecutor, request: HttpRequest) -> asyncio.Future[HttpResponseBase]:
        return asyncio.get_running_loop().run_in_executor(threads, copy_context().run, self._answer, request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer between Django's two request signals, which manage this thread's database connections."""
        request_started.send(sender=self.__class__, scope=cast("Any", request).scope)
        response = self.get_response(request)
        if isinstance(response, FileResponse):
            content = response.getvalue()  # a static file: small enough to be sent at once
            response.close()
            return _with(content, response)
        if not response.streaming:
            response.close()  # its content is complete, and can still be sent
        return response


def _with(content: bytes, response: HttpResponseBase) -> HttpResponse:
    """The same response with this content."""
    changed = HttpResponse(content, status=response.status_code, reason=response.reason_phrase)
    changed.headers, changed.cookies = response.headers, response.cookies
    return changed


def _close_streamed(response: HttpResponseBase) -> None:
    """Close the response and its database connections: its thread ends with the request, and so must they."""
    response.close()
    connections.close_all()


def _drop(answer: asyncio.Future[HttpResponseBase]) -> None:
    """Close a response that is no longer awaited."""
    if not answer.cancelled() and answer.exception() is None:
        answer.result().close()
