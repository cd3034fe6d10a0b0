"""One owner's newest events in memory: without a gap, bounded, and cut into frames of bounded size."""

from __future__ import annotations

import json

import pytest

from orders.live import stream as streams
from orders.live.stream import Stream, pack
from orders.protocol import outbound
from orders.protocol.sizes import TO_CLIENT_BYTES


def texts(*numbers: int, size: int = 0) -> list[str]:
    return [f'{{"seq":{number},"text":"{"x" * size}"}}' for number in numbers]


def numbers_of(chunk: streams.Chunk | None) -> list[int]:
    assert chunk is not None
    return [event["seq"] for event in json.loads(chunk.frame())["events"]]


@pytest.fixture
def stream() -> Stream:
    return Stream(1, "alice", head=10)


def test_consecutive_events_are_taken(stream: Stream) -> None:
    assert stream.take(11, texts(11, 12))
    assert stream.take(13, texts(13))
    assert stream.head == 13
    assert numbers_of(stream.after(10, 100)) == [11, 12, 13]
    assert numbers_of(stream.after(12, 100)) == [13]


def test_what_is_known_already_is_dropped(stream: Stream) -> None:
    stream.take(11, texts(11, 12, 13))
    assert stream.take(12, texts(12, 13, 14))
    assert stream.take(9, texts(9, 10))
    assert stream.head == 14
    assert numbers_of(stream.after(10, 100)) == [11, 12, 13, 14]


def test_a_gap_is_refused_and_moves_nothing(stream: Stream) -> None:
    assert not stream.take(13, texts(13, 14))
    assert stream.head == 10
    assert stream.take(11, texts(11, 12, 13, 14))
    assert stream.head == 14


def test_what_is_no_longer_in_hand_is_not_made_up(stream: Stream) -> None:
    stream.take(11, texts(11))
    assert stream.after(9, 100) is None
    stream.jump(20)
    assert (stream.head, stream.after(11, 100)) == (20, None)
    stream.take(21, texts(21))
    assert numbers_of(stream.after(20, 100)) == [21]


def test_a_limit_is_kept_and_the_rest_follows(stream: Stream) -> None:
    stream.take(11, texts(*range(11, 21)))
    chunk = stream.after(10, 4)
    assert chunk is not None
    assert numbers_of(chunk) == [11, 12, 13, 14]
    assert chunk.last == 14
    assert numbers_of(stream.after(chunk.last, 100)) == [15, 16, 17, 18, 19, 20]


def test_a_kept_answer_is_not_given_once_more_has_come(stream: Stream) -> None:
    stream.take(11, texts(11))
    assert stream.after(10, 100) is stream.after(10, 100)
    stream.take(12, texts(12))
    assert numbers_of(stream.after(10, 100)) == [11, 12]


def test_memory_is_bounded_by_number_and_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RING", 10)
    monkeypatch.setattr(streams, "RING_BYTES", 10_000)
    small, large = Stream(1, "alice", 0), Stream(2, "bob", 0)
    for number in range(1, 101):
        small.take(number, texts(number))
        large.take(number, texts(number, size=3000))
        assert len(small._texts) <= 20
        assert sum(map(len, large._texts)) <= 20_000 + 4000
    assert numbers_of(small.after(95, 100)) == [96, 97, 98, 99, 100]
    assert small.after(1, 100) is None
    assert numbers_of(large.after(99, 100)) == [100]


def test_the_size_kept_is_the_size_of_what_is_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RING", 5)
    stream = Stream(1, "alice", 0)
    for number in range(1, 60):
        stream.take(number, texts(number, size=number % 7))
        assert stream._bytes == sum(len(text) + 1 for text in stream._texts) == sum(stream._sizes)


def test_a_frame_is_filled_up_to_its_size_and_not_beyond() -> None:
    events = texts(*range(1, 200), size=5000)
    position, frames = 0, []
    while position < len(events):
        chunk = pack(position, events[position:])
        frames.append(chunk.frame())
        position = chunk.last
    assert all(len(frame.encode()) <= TO_CLIENT_BYTES for frame in frames)
    assert all(len(frame.encode()) > TO_CLIENT_BYTES - 5200 for frame in frames[:-1])


def test_sockets_that_are_sent_the_same_within_a_millisecond_share_a_frame(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(outbound, "now", lambda: now)
    stream.take(11, texts(11))
    chunk = stream.after(10, 100)
    assert chunk is not None
    first = chunk.frame()
    now = 1000.9
    assert chunk.frame() is first
    for now in (1001.1, 999.0):
        assert json.loads(chunk.frame())["sent"] == now


def test_text_is_measured_in_bytes_not_in_characters() -> None:
    events = [f'{{"text":"{"é" * 50_000}"}}'] * 4
    assert pack(0, events).last == 2


def test_an_event_larger_than_a_frame_still_goes_out_alone() -> None:
    assert pack(0, texts(1, size=TO_CLIENT_BYTES)).last == 1
