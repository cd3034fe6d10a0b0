"""Waits between connections, messages a second, and what Retry-After may say."""

from __future__ import annotations

import asyncio
import random

import pytest

from market.feeds.pace import Backoff, TokenBucket, retry_after
from tests.market.hands import WALL, Hands, until


def test_the_longest_possible_wait_doubles_from_one_second_to_sixty() -> None:
    backoff = Backoff(1, 60, lambda: 1.0)

    assert [backoff.next() for _ in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    backoff.reset()
    assert backoff.next() == 1


def test_waits_are_drawn_from_the_whole_span() -> None:
    draw = random.Random(5).random
    shares = []
    for _ in range(300):
        backoff = Backoff(1, 60, draw)
        delays = [backoff.next() for _ in range(8)]
        assert all(0 <= delay <= span for delay, span in zip(delays, (1, 2, 4, 8, 16, 32, 60, 60), strict=True))
        shares.append(delays[-1] / 60)

    assert min(shares) < 0.05
    assert max(shares) > 0.95
    assert 0.45 < sum(shares) / len(shares) < 0.55


def test_a_wait_stays_the_longest_after_thousands_of_failures() -> None:
    backoff = Backoff(1, 60, lambda: 1.0)

    assert [backoff.next() for _ in range(5000)][-1] == 60


async def test_a_burst_goes_at_once_and_the_rest_at_its_rate() -> None:
    hands = Hands()
    bucket = TokenBucket(4, 10, hands.clock)
    sent: list[float] = []

    async def send() -> None:
        for _ in range(14):
            await bucket.take()
            sent.append(hands.time - 1000)

    sending = asyncio.create_task(send())
    while not sending.done():
        await until(lambda: hands.waits or sending.done(), "a wait")
        if hands.waits:
            hands.turn(hands.waits[0])
    assert sent == [0.0] * 10 + [0.25, 0.5, 0.75, 1.0]


async def test_an_hour_of_rest_is_worth_one_burst_and_no_more() -> None:
    hands = Hands()
    bucket = TokenBucket(4, 10, hands.clock)
    hands.turn(3600)
    for _ in range(10):
        await bucket.take()

    waiting = asyncio.create_task(bucket.take())

    assert (await until(lambda: hands.waits, "a wait")) == [0.25]
    hands.turn(0.25)
    await waiting


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([], 0),
        (["17"], 17),
        (["17", "99"], 17),
        (["Mon, 21 Sep 2026 14:13:30 GMT"], 10),
        (["Mon, 21 Sep 2026 14:13:10 GMT"], 0),
        (["Mon, 99 Sep 2026 99:13:10 GMT"], 0),
        (["soon"], 0),
        (["-5"], 0),
        (["²"], 0),
        ([""], 0),
        (["9" * 5000], float("inf")),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date_and_else_nothing(values: list[str], seconds: float) -> None:
    assert WALL == 1_790_000_000  # 2026-09-21 14:13:20 UTC

    assert retry_after(values, WALL) == seconds
