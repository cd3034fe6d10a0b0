"""The forecaster's process: of several one leads, which alone answers, records and scores."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import anyio
import redis
import redis.asyncio
from django.db import Error, close_old_connections

from market.forecaster import record, wire
from market.forecaster.apart import Apart
from market.forecaster.engine import Engine
from market.forecaster.lead import Lead
from market.live import redis_client
from market.live.leader import RENEW_SECONDS, Leader, LostLead
from market.models import ShownCone, ShownForecast
from market.support.outage import Outage

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
OPERATION_SECONDS = 2.0

T = TypeVar("T")


class Forecaster:
    """`clock` is unix seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        # One thread, so that the record is written in order.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="forecaster")
        self._redis = Outage(log, "Redis does not answer (%s); no forecasts.", "Redis answers again.")
        self._database = Outage(log, "The database does not answer (%s); no forecasts.", "The database answers again.")

    async def run(self) -> None:
        """Run until cancelled, only once: lead when no other process does, and survive outages."""
        try:
            while True:
                try:
                    async with redis_client.connect_async(OPERATION_SECONDS) as client:
                        await self._as_leader(client)
                except* (redis.RedisError, OSError) as errors:
                    self._redis.failed(_first(errors))
                except* Error as errors:
                    self._database.failed(_first(errors))
                except* LostLead:
                    log.warning("Another forecaster leads now.")
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._thread.shutdown()

    async def _as_leader(self, client: redis.asyncio.Redis) -> None:
        leader = Leader(client, wire.LEADER)
        await leader.win(RETRY_SECONDS, self._redis.answered)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(leader.keep, RENEW_SECONDS)
                group.start_soon(self._lead, client, leader.term)
        finally:
            with anyio.CancelScope(shield=True), contextlib.suppress(redis.RedisError, OSError):
                await leader.release()

    async def _lead(self, client: redis.asyncio.Redis, term: str) -> None:
        if lost := await self._in_thread(record.begin, term):
            log.info("%s forecasts of an earlier process are not scored.", lost)
        apart = [Apart(await self._in_thread(record.latest_apart, model)) for model in (ShownForecast, ShownCone)]
        lead = Lead(self._clock, Engine(*apart), self._in_thread, self._database, term)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(lead.serve, client, group)
                group.start_soon(lead.learn, client)
                group.start_soon(lead.settle)
        finally:
            with anyio.CancelScope(shield=True):
                await lead.close()

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        def fresh() -> T:
            close_old_connections()
            try:
                return function(*arguments)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._thread, fresh)


def _first(error: Exception) -> Exception:
    """The first error in a group, in whose groups the tasks of tasks put theirs."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
