"""Frames as text: what is built is valid JSON of the documented shape, what is parsed is typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.errors import OrderError, VersionConflict
from orders.protocol import inbound, outbound
from orders.protocol.inbound import Command, Ping, Received, Subscribe, Unsubscribe, WireError


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"type":"subscribe","stream":"orders"}', Subscribe(None, None, None)),
        ('{"type":"subscribe","stream":"orders","user":null,"after":null,"id":null}', Subscribe(None, None, None)),
        ('{"type":"subscribe","stream":"orders","user":"bob","after":7,"id":"a"}', Subscribe("a", "bob", 7)),
        ('{"type":"subscribe","stream":"orders","user":"*","after":{"bob":7},"id":1}', Subscribe(1, "*", {"bob": 7})),
        ('{"type":"unsubscribe","stream":"orders","user":"*"}', Unsubscribe(None, "*")),
        ('{"type":"received","user":"bob","seq":0}', Received(None, "bob", 0)),
        ('{"type":"ping","client_time":1.5,"extra":[]}', Ping(None, 1.5)),
        ('{"type":"order.cancel","id":3,"order_id":4}', Command(3, "order.cancel", {"order_id": 4})),
    ],
)
def test_a_clients_frame_becomes_a_typed_one(text: str, frame: inbound.Frame) -> None:
    assert inbound.parse(text) == frame


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(["type", "id", "stream", "user", "after", "seq", "client_time", "symbols"])
kinds = st.sampled_from(["subscribe", "unsubscribe", "received", "ping", *inbound.COMMANDS])


@given(st.dictionaries(names, json_values), kinds | json_values)
def test_any_json_is_either_a_frame_or_a_refusal(fields: dict[str, Any], kind: Any) -> None:
    answer = parsed_or_refused(json.dumps(fields | {"type": kind, "stream": "orders"}))
    assert isinstance(answer, inbound.Frame) or answer["code"] in ("bad_json", "bad_message", "unknown_type")


def parsed_or_refused(text: str) -> inbound.Frame | dict[str, Any]:
    """The frame, or the error frame that its sender gets."""
    try:
        return inbound.parse(text)
    except WireError as refused:
        error: dict[str, Any] = json.loads(outbound.error(refused.frame_id, refused))
        return error


@given(st.text())
def test_any_text_is_either_a_frame_or_a_refusal(text: str) -> None:
    with pytest.raises(WireError):
        inbound.parse(text)


def test_a_refusal_of_a_frame_carries_its_id() -> None:
    with pytest.raises(WireError) as refused:
        inbound.parse('{"type":"ping","id":"mine"}')
    assert json.loads(outbound.error(refused.value.frame_id, refused.value))["id"] == "mine"


def test_an_event_keeps_its_logged_text_and_gains_its_hops() -> None:
    body = '{"seq":1,"text":"größer }"}'
    live = outbound.live_event(body, 1000.1234, 1001.5)
    assert live.startswith(body[:-1])
    assert json.loads(live) == {"seq": 1, "text": "größer }", "hops": {"committed": 1000.123, "published": 1001.5}}
    at = datetime(2012, 6, 21, 9, 30, 0, 123456, UTC)
    replayed = json.loads(outbound.replayed_event(body, at))
    assert replayed["hops"] == {"committed": at.timestamp() * 1000, "published": None}
    assert replayed["replay"] is True


def test_an_events_frame_holds_events_in_order_and_says_when_it_was_sent() -> None:
    frame = json.loads(outbound.events('{"seq":1},{"seq":2}', 1.5))
    assert frame["events"] == [{"seq": 1}, {"seq": 2}]
    assert frame["sent"] == 1.5
    assert len(outbound.events("", outbound.now())) < outbound.EVENTS_ENVELOPE


def test_an_error_has_the_body_rest_has_and_its_status() -> None:
    refused = VersionConflict("It moved.", fields={"price": ["Old."]}, current={"id": 1})
    assert json.loads(outbound.error(None, refused)) == {"type": "error", "status": 409, **refused.body()}
    assert json.loads(outbound.error(0, OrderError("Oh.")))["id"] == 0


def test_an_answer_without_an_id_has_none() -> None:
    assert "id" not in json.loads(outbound.pong(None, 1, 2))
    assert json.loads(outbound.pong(5, 1, 2))["id"] == 5
