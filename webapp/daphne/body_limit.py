"""Reads no more of a request's body than its view takes, and lets nobody's bodies keep a server busy.

Daphne itself holds all of a body in memory, from whomever it comes, before a request is even looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote

from django.core.exceptions import RequestAborted, RequestDataTooBig

from orders.api.json import SMALL_BYTES
from webapp import view_costs

# The key of a scope's extension: the file in which the server has the body already, and the limit it was cut by.
BODY = "orders.body"
KEPT_IN_MEMORY = 64 * 1024
# What one process takes in of all bodies together; what comes on top waits in its sender's system. A list of a
# thousand orders is 200 KB.
BYTES_A_SECOND = 16 * 1024 * 1024
BYTES_AT_ONCE = 8 * 1024 * 1024
# A body in crumbs costs by their number: taking one apart takes as long as taking in so many bytes.
LEAST_BYTES = 2048
# Stands for the headers of somebody who may be signed in.
SIGNED_IN = [(b"authorization", b"")]


async def read(scope: dict[str, Any], receive: Callable[[], Any]) -> IO[bytes]:
    """All of the request's body, from its beginning.

    Raises RequestDataTooBig for more than the view takes, and RequestAborted where the sender has left.
    """
    given, most = scope.get("extensions", {}).pop(BODY, (None, None))
    body: IO[bytes] = given or SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 – its reader closes it
    try:
        body.seek(0, SEEK_END)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            body.write(message.get("body", b""))
            if body.tell() > SMALL_BYTES:
                most = most or view_costs.most_bytes(_path(scope), scope["headers"])
                _refuse_beyond(most, body.tell(), scope)
            if not message.get("more_body", False):
                body.seek(0)
                return body
    except BaseException:
        body.close()
        raise


def _refuse_beyond(most: int, size: int, scope: dict[str, Any]) -> None:
    if size > most:
        more = view_costs.most_bytes(_path(scope), SIGNED_IN) > most
        without = " without a sign-in" if more else ""
        raise RequestDataTooBig(f"At most {most // 1024} KiB can be sent here{without}.")


def _path(scope: dict[str, Any]) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path") or "")


class Intake:
    """The bytes that all bodies together may bring now; who brings more is read again when they are earned."""

    def __init__(self) -> None:
        self._left = float(BYTES_AT_ONCE)
        self._counted_at = time.monotonic()

    def take(self, size: int) -> float:
        """Counts a chunk; the seconds for which its sender is not to be read."""
        now = time.monotonic()
        earned = (now - self._counted_at) * BYTES_A_SECOND
        self._left = min(float(BYTES_AT_ONCE), self._left + earned) - max(size, LEAST_BYTES)
        self._counted_at = now
        return max(0.0, -self._left / BYTES_A_SECOND)


def keep_bodies_small() -> None:
    """What comes after the limit is dropped as it arrives, all of it is taken in at a bounded pace, and nothing copied.

    Replaces two methods of Daphne's request that store a body, and hands the file to the application as it is.
    Does nothing under another server.
    """
    try:
        from daphne.http_protocol import WebRequest
        from daphne.server import Server
        from twisted.internet import reactor
    except ImportError:
        return
    intake = Intake()
    call_later: Callable[..., Any] = reactor.callLater
    create_application = Server.create_application

    def got_length(self: Any, length: int | None) -> None:
        self.content = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115
        self.most_bytes = None

    def handle_content_chunk(self: Any, data: bytes) -> None:
        rest = intake.take(len(data))
        if rest:
            transport = self.channel.transport
            transport.pauseProducing()
            call_later(rest, transport.resumeProducing)
        kept = self.content.tell()
        if kept + len(data) > SMALL_BYTES:
            if self.most_bytes is None:
                self.most_bytes = _most_bytes(self)
            data = data[: max(0, self.most_bytes + 1 - kept)]
        self.content.write(data)

    def create(self: Any, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "http":
            scope["extensions"] = {BODY: (protocol.content, protocol.most_bytes)}
            protocol.content = BytesIO()
        return create_application(self, protocol, scope)

    WebRequest.gotLength = got_length
    WebRequest.handleContentChunk = handle_content_chunk
    Server.create_application = create


def _most_bytes(request: Any) -> int:
    """The limit for a request of which there are the headers and a part of the body."""
    path = unquote(request.channel._path.split(b"?", 1)[0].decode("ascii", "replace"))
    path = path.removeprefix(request.server.root_path)
    raw = request.requestHeaders.getAllRawHeaders()
    return view_costs.most_bytes(path, [(name.lower(), value) for name, values in raw for value in values])


def leave_forms_to_django() -> None:
    """Twisted takes a posted body's type apart, 0.2 ms, and a form as a whole, for nobody: Django reads it itself."""
    try:
        from daphne.http_protocol import WebRequest
    except ImportError:
        return
    begin = WebRequest.__init__

    def begin_without_forms(self: Any, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self._parsePOSTFormSubmission = False

    WebRequest.__init__ = begin_without_forms
