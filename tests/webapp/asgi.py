"""Requests given to the product's own ASGI handler, as a server gives them: in pieces, with or without a length."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connections

from tests.sockets import session_of, token_header
from webapp.handler import ThreadedHandler

PIECE = 64 * 1024
CSRF = "c" * 32

Header = tuple[bytes, bytes]


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    def json(self) -> Any:
        return json.loads(self.body)


class Site:
    """Asks the handler; `piece` is the size of the parts in which a body comes."""

    def __init__(self, handler: ThreadedHandler) -> None:
        self.handler = handler

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = b"",
        *headers: Header,
        kind: str = "application/json",
        address: str = "127.0.0.1",
        piece: int = PIECE,
        is_cut: bool = False,
    ) -> Answer:
        """What is not bytes is sent as JSON. No length is declared unless among the headers.

        Of a body that `is_cut` the last piece never comes.
        """
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "http",
            "headers": [(b"host", b"testserver"), (b"content-type", kind.encode()), *headers],
            "client": [address, 50000],
            "server": ["127.0.0.1", 80],
        }
        pieces = [content[start : start + piece] for start in range(0, len(content), piece)] or [b""]
        messages = [{"type": "http.request", "body": each, "more_body": True} for each in pieces]
        messages[-1]["more_body"] = False
        if is_cut:
            del messages[-1]
        answer = Answer()

        async def receive() -> Any:
            return messages.pop(0) if messages else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            if message.get("body"):
                answer.parts.append(message["body"])

        await self.handler(scope, receive, send)
        return answer

    async def post_form(self, path: str, fields: dict[str, str], *headers: Header, **options: Any) -> Answer:
        """As a page of this site sends its form; the session goes into `headers`."""
        content = urlencode(fields | {"csrfmiddlewaretoken": CSRF}).encode()
        return await self.ask("POST", path, content, *headers, kind="application/x-www-form-urlencoded", **options)


def by_token(user: User) -> Header:
    return token_header(user)


def by_session(user: User | None) -> Header:
    """The cookies of a browser in which this person is signed in, or nobody is."""
    session = "" if user is None else f"; sessionid={session_of(user).session_key}"
    return b"cookie", f"csrftoken={CSRF}{session}".encode()


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """A handler of its own, whose threads and connections end with it."""
    handler = ThreadedHandler()
    try:
        yield Site(handler)
    finally:
        for threads in (handler._threads, handler._spare_thread, handler._large, handler._sign_ins.thread):
            for _ in range(threads._max_workers):
                threads.submit(connections.close_all)
            threads.shutdown()
