"""A client of the websocket that follows the rule of docs/protocol.md, inside the test's own event loop.

It applies seq = last + 1, drops what is smaller, subscribes again on a gap or when a heartbeat's head is ahead for the
second time with nothing received in between, and answers heartbeats with `received`.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.authtoken.models import Token

from orders.live.threads import in_thread
from orders.log import events
from orders.routing import websocket_application

# A guard against hanging and nothing that is judged. While heartbeats go on, the test's own time limit is the guard.
PATIENCE = 60.0

Frame = dict[str, Any]


def token_header(user: User) -> tuple[bytes, bytes]:
    token, _ = Token.objects.get_or_create(user=user)
    return b"authorization", f"Token {token.key}".encode()


def session_of(user: User) -> SessionStore:
    """A session signed in as this user, as the sign-in page makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


def session_headers(session: SessionStore, origin: str = "http://localhost") -> list[tuple[bytes, bytes]]:
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    return [(b"cookie", cookie.encode()), (b"origin", origin.encode())]


class Socket:
    """One connection: frames in, frames out, and the close code once it has come."""

    def __init__(self, *headers: tuple[bytes, bytes], host: str = "localhost") -> None:
        self.closed: int | None = None
        self._wire = WebsocketCommunicator(websocket_application, "/ws/", headers=[(b"host", host.encode()), *headers])

    @classmethod
    async def of(cls, user: User) -> Self:
        """Connected with this user's token, its hello read."""
        socket = cls(await in_thread(token_header, user))
        assert await socket.connect()
        assert (await socket.frame())["type"] == "hello"
        return socket

    def came_from(self, client: tuple[str, int] | None) -> None:
        """The address and port that a server tells of its client."""
        self._wire.scope["client"] = client

    async def connect(self) -> bool:
        accepted, _ = await self._wire.connect(timeout=PATIENCE)
        return accepted

    async def send(self, **frame: Any) -> None:
        await self._wire.send_to(text_data=json.dumps(frame))

    async def send_text(self, text: str) -> None:
        await self._wire.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        await self._wire.send_to(bytes_data=data)

    async def frame(self) -> Frame:
        """The next frame; a close becomes `{"type": "close", "code"}`. TimeoutError if nothing comes."""
        output = await asyncio.wait_for(self._wire.output_queue.get(), PATIENCE)
        if output["type"] == "websocket.close":
            self.closed = output.get("code", 1000)
            return {"type": "close", "code": self.closed}
        frame: Frame = json.loads(output["text"])
        return frame

    async def until(self, kind: str) -> Frame:
        """The next frame of this type; those before it are skipped."""
        while True:
            frame = await self.frame()
            if frame["type"] == kind:
                return frame
            assert frame["type"] != "close", frame

    async def ask(self, **frame: Any) -> Frame:
        """Sends the frame and returns its answer."""
        await self.send(**frame, id="asked")
        while True:
            answer = await self.frame()
            if answer.get("id") == "asked" or answer["type"] == "close":
                return answer

    @property
    def is_empty(self) -> bool:
        """Whether everything that was sent to this client has been read."""
        return bool(self._wire.output_queue.empty())

    async def hears_nothing(self) -> bool:
        """Whether nothing comes before the answers to some pings, between which there was time to look into the log."""
        for number in range(5):
            await in_thread(events.heads, [])
            await self.send(type="ping", client_time=number)
            if (await self.frame())["type"] != "pong":
                return False
        return True

    async def leave(self) -> None:
        await self._wire.disconnect(timeout=PATIENCE)


class Client(Socket):
    """Applies events by the rule. `applied` holds them a user; `gaps` and `duplicates` count as they arrived."""

    def __init__(self, *headers: tuple[bytes, bytes], host: str = "localhost") -> None:
        super().__init__(*headers, host=host)
        self.last: dict[str, int] = {}
        self.applied: defaultdict[str, list[Frame]] = defaultdict(list)
        self.gaps = 0
        self.duplicates = 0
        self.resets: list[Frame] = []
        self.frames = 0
        self.live = 0
        self.answers = True
        self._behind: set[str] = set()

    async def follow(self, user: str | None = None, after: Any = None) -> Frame:
        """Subscribes and applies what was known before; the `subscribed` frame."""
        frame: Frame = {"type": "subscribe", "stream": "orders"}
        frame |= {name: value for name, value in (("user", user), ("after", after)) if value is not None}
        answer = await self.ask(**frame)
        assert answer["type"] == "subscribed", answer
        heads = answer["head"] if isinstance(answer["head"], dict) else {answer["user"]: answer["head"]}
        given = after if isinstance(after, dict) else {answer["user"]: after}
        for name, head in heads.items():
            self.last[name] = head if given.get(name) is None else given[name]
        return answer

    async def step(self) -> Frame:
        """Takes one frame and does what the rule says."""
        frame = await self.frame()
        match frame["type"]:
            case "events":
                self.frames += 1
                for event in frame["events"]:
                    await self._apply(event)
            case "heartbeat":
                await self._heartbeat(frame["heads"])
            case "reset":
                self.resets.append(frame)
                self.last[frame["user"]] = frame["head"]
        return frame

    async def until_applied(self, fact: Callable[[], bool]) -> None:
        """Follows the rule until the fact holds."""
        while not fact():
            frame = await self.step()
            assert frame["type"] != "close", frame

    async def _apply(self, event: Frame) -> None:
        user, seq = event["user"], event["seq"]
        self._behind.discard(user)
        last = self.last.setdefault(user, 0)
        if seq <= last:
            self.duplicates += 1
        elif seq > last + 1:
            self.gaps += 1
            await self._again(user)
        else:
            self.last[user] = seq
            self.live += "replay" not in event
            self.applied[user].append(event)

    async def _heartbeat(self, heads: dict[str, int]) -> None:
        for user, head in heads.items():
            behind = head > self.last.get(user, 0)
            if behind and user in self._behind:
                await self._again(user)
            self._behind = self._behind | {user} if behind else self._behind - {user}
            if self.answers:
                await self.send(type="received", user=user, seq=self.last.get(user, 0))

    async def _again(self, user: str) -> None:
        await self.send(type="subscribe", stream="orders", user=user, after=self.last.get(user, 0))


@asynccontextmanager
async def connected(user: User, kind: type[Client] = Client) -> AsyncIterator[Client]:
    """A client signed in by token, left at the end."""
    client = await kind.of(user)
    try:
        yield client
    finally:
        if client.closed is None:
            await client.leave()
