"""Server frames, built as JSON text: protocol version 1 (docs/protocol.md).

Times are unix milliseconds. Client frames are parsed in `orders.protocol.inbound`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

import orjson

from orders.domain.errors import OrderError
from orders.protocol.inbound import Id
from orders.protocol.sizes import FROM_CLIENT_BYTES, TO_CLIENT_BYTES

PROTOCOL = 1
HEARTBEAT_SECONDS = 5
WINDOW = 500
EVENTS_ENVELOPE = 128
SUBSCRIPTIONS = 2000


class Close(IntEnum):
    """Close codes: why the server closed a socket."""

    TOO_BIG = 1009
    RESTART = 1012
    PROTOCOL = 4400
    SIGNED_OUT = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4408
    RATE = 4429


def now() -> float:
    return time.time() * 1000


def hello(user: str) -> str:
    limits = {
        "window": WINDOW,
        "message_bytes": FROM_CLIENT_BYTES,
        "frame_bytes": TO_CLIENT_BYTES,
        "subscriptions": SUBSCRIPTIONS,
    }
    return _text(
        type="hello",
        protocol=PROTOCOL,
        user=user,
        server_time=now(),
        heartbeat_seconds=HEARTBEAT_SECONDS,
        limits=limits,
    )


def subscribed(frame_id: Id, user: str, head: int | Mapping[str, int]) -> str:
    return _answer(frame_id, type="subscribed", stream="orders", user=user, head=head)


def unsubscribed(frame_id: Id, user: str, head: int | Mapping[str, int]) -> str:
    return _answer(frame_id, type="unsubscribed", stream="orders", user=user, head=head)


def subscribed_quotes(frame_id: Id, symbols: Sequence[str]) -> str:
    return _answer(frame_id, type="subscribed", stream="quotes", symbols=symbols)


def unsubscribed_quotes(frame_id: Id, symbols: Sequence[str]) -> str:
    return _answer(frame_id, type="unsubscribed", stream="quotes", symbols=symbols)


def quotes(joined: str, changes: int, feed: str | None) -> str:
    """A `quotes` frame from joined texts of quotes that conflate `changes` changes; `feed` only where it is new."""
    state = "" if feed is None else f',"feed":{feed}'
    return f'{{"type":"quotes","sent":{now():.3f},"changes":{changes},"quotes":[{joined}]{state}}}'


def subscribed_forecasts(frame_id: Id, orders: Sequence[int]) -> str:
    return _answer(frame_id, type="subscribed", stream="forecasts", orders=orders)


def unsubscribed_forecasts(frame_id: Id) -> str:
    return _answer(frame_id, type="unsubscribed", stream="forecasts")


def forecasts(rows: Sequence[Mapping[str, Any]]) -> str:
    """A `forecasts` frame: what has changed visibly."""
    return _text(type="forecasts", sent=now(), forecasts=rows)


def live_event(body: str, committed: float, published: float) -> str:
    """A live event, built from its logged text."""
    return f'{body[:-1]},"hops":{{"committed":{committed:.3f},"published":{published:.3f}}}}}'


def replayed_event(body: str, at: datetime) -> str:
    """A replayed event, built from its logged text."""
    return f'{body[:-1]},"hops":{{"committed":{at.timestamp() * 1000:.3f},"published":null}},"replay":true}}'


def events(joined: str, sent: float) -> str:
    """An `events` frame: one owner's events, in order, from their joined texts; `sent` in unix milliseconds."""
    return f'{{"type":"events","stream":"orders","sent":{sent:.3f},"events":[{joined}]}}'


def heartbeat(heads: Mapping[str, int]) -> str:
    return _text(type="heartbeat", server_time=now(), heads=heads)


def pong(frame_id: Id, client_time: float, received_at: float) -> str:
    return _answer(frame_id, type="pong", client_time=client_time, received_at=received_at, sent_at=now())


def ack(frame_id: Id, status: int, order: Mapping[str, Any]) -> str:
    return _answer(frame_id, type="ack", status=status, order=order)


def reset(user: str, head: int, reason: str) -> str:
    return _text(type="reset", stream="orders", user=user, head=head, reason=reason)


def error(frame_id: Id, refused: OrderError) -> str:
    return _answer(frame_id, type="error", status=refused.status, **refused.body())


def going_away(reason: str, reconnect_after_ms: int) -> str:
    return _text(type="going_away", reason=reason, reconnect_after_ms=reconnect_after_ms)


def _answer(frame_id: Id, **fields: Any) -> str:
    return _text(**fields) if frame_id is None else _text(**fields, id=frame_id)


def _text(**fields: Any) -> str:
    return orjson.dumps(fields).decode()
