"""Ask the forecaster from any process: a list of asks over Redis, and the list of answers back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import redis
import redis.asyncio

from market.forecaster.asks import Answer, Ask, ConeAsk
from market.live import redis_board, redis_client
from market.live.redis_names import name

ASKS = name("market.forecaster.asks")
LEADER = name("market.forecaster.leader")
ANSWERS = name("market.forecaster.answers.")
# How long an answer is waited for: a symbol that nobody has asked for yet is learned first.
SECONDS = 4.0
# The same where the answer only puts a list in order.
ORDERING_SECONDS = 1.0
# Asks a request.
MOST = 1_000
# An answer that nobody takes is gone after this time.
KEPT_SECONDS = 10

DOES_NOT_RUN = "The forecaster does not run."
DOES_NOT_ANSWER = "The forecaster does not answer."

Answers = list[Answer | None]


class NoForecaster(Exception):
    """The forecaster does not run or does not answer; `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Request:
    """Asks from one process: the answers go to the list `key`, until the time `until` (unix seconds).

    `waits`: until its symbols are learned; else those that are not get an answer that says so.
    """

    key: str
    until: float
    waits: bool
    kept: bool
    asks: Sequence[Ask]
    # A request is for touches or for a cone.
    cone: ConeAsk | None = None

    @property
    def symbols(self) -> set[str]:
        return {each.symbol for each in self.asks} if self.cone is None else {self.cone.symbol}

    def text(self) -> str:
        told = {"key": self.key, "until": self.until, "waits": self.waits, "kept": self.kept}
        cone = None if self.cone is None else self.cone.wire()
        return orjson.dumps(told | {"asks": [each.wire() for each in self.asks], "cone": cone}).decode()

    @classmethod
    def read(cls, text: Any) -> Request | None:
        """Parse what `text` wrote; None for anything else."""
        told = redis_board.said(text)
        try:
            # An answer is written nowhere else.
            if told is None or len(told["asks"]) > MOST or not told["key"].startswith(ANSWERS):
                return None
            asks = [Ask.read(each) for each in told["asks"]]
            cone = None if told["cone"] is None else ConeAsk.read(told["cone"])
            waits, kept = bool(told["waits"]), bool(told["kept"])
            return cls(told["key"], float(told["until"]), waits, kept, asks, cone)
        except (ValueError, LookupError, TypeError, AttributeError):
            return None


async def reply(client: redis.asyncio.Redis, request: Request, answers: Answers) -> None:
    """Send the answers to the process that asked; they expire if it is gone."""
    async with client.pipeline(transaction=False) as pipeline:
        pipeline.rpush(request.key, orjson.dumps({"answers": answers}).decode())
        pipeline.expire(request.key, KEPT_SECONDS)
        await pipeline.execute()


def ask(asks: Sequence[Ask], *, kept: bool = True, seconds: float | None = None) -> Answers:
    """The answers, in order; None where nothing has changed visibly. `kept`: they will be shown, so are recorded.

    What will be shown waits for symbols that are asked for the first time. Raises NoForecaster.
    """
    seconds = seconds or (SECONDS if kept else ORDERING_SECONDS)
    request = Request(_key(), time.time() + seconds, kept, kept, asks)
    return _read(_asked(request, seconds), len(asks))


def cone(ask: ConeAsk, seconds: float = SECONDS) -> dict[str, Any]:
    """The cone of a symbol (market.forecaster.cones), or why there is none. Raises NoForecaster."""
    request = Request(_key(), time.time() + seconds, True, True, (), ask)
    [answer] = _read(_asked(request, seconds), 1)
    if not isinstance(answer, dict):
        raise NoForecaster(DOES_NOT_ANSWER)
    return dict(answer)


async def ask_async(client: redis.asyncio.Redis, asks: Sequence[Ask], seconds: float = SECONDS) -> Answers:
    """The same for an event loop that asks again and again, and so waits for nothing; all are recorded.

    `client` must wait for longer than `seconds`.
    """
    request = Request(_key(), time.time() + seconds, False, True, asks)
    try:
        if not await client.exists(LEADER):
            raise NoForecaster(DOES_NOT_RUN)
        await client.rpush(ASKS, request.text())
        told: Any = await client.blpop([request.key], timeout=seconds)
    except (redis.RedisError, OSError) as error:
        raise NoForecaster(DOES_NOT_ANSWER) from error
    return _read(told, len(asks))


def _key() -> str:
    return f"{ANSWERS}{secrets.token_hex(8)}"


def _asked(request: Request, seconds: float) -> Any:
    """Send the request and wait; what came, None for nothing."""
    try:
        client = redis_client.connect(seconds + 1)
        if not client.exists(LEADER):
            raise NoForecaster(DOES_NOT_RUN)
        with client.pipeline(transaction=False) as pipeline:
            pipeline.rpush(ASKS, request.text())
            pipeline.blpop([request.key], timeout=seconds)
            return pipeline.execute()[1]
    except redis.RedisError as error:
        raise NoForecaster(DOES_NOT_ANSWER) from error


def _read(told: Any, count: int) -> Answers:
    found = None if told is None else redis_board.said(told[1])
    answers = None if found is None else found.get("answers")
    if not isinstance(answers, list) or len(answers) != count:
        raise NoForecaster(DOES_NOT_ANSWER)
    return answers
