"""Forecast hub, one per server process: asks for all orders that its sockets show, and passes on what has changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import redis.asyncio
from django.db import Error

from market.forecaster import wire
from market.forecaster.answering import refusal
from market.forecaster.asks import USUAL, Ask
from market.forecaster.wire import Answers, NoForecaster
from market.live import redis_client
from market.support.batches import batches
from market.support.outage import Outage
from market.support.tasks import Background
from orders.forecasts import asking
from orders.forecasts.asking import Row
from orders.live.threads import in_thread
from orders.protocol import outbound

log = logging.getLogger(__name__)

# Throttle: a person reads no faster, and each number that is sent is a row of the record.
ROUND_SECONDS = 2.0
# Longer than an answer is waited for.
OPERATION_SECONDS = wire.SECONDS + 2


class Viewer(Protocol):
    """A socket, as the hub sees it."""

    user_id: int

    def show(self, frame: str) -> bool:
        """Send a frame. False, with nothing sent, while earlier frames are still waiting."""


# An order and a number of minutes.
Place = tuple[int, int]


@dataclass(slots=True)
class Shown:
    """The newest forecast of an order: what identifies it, its owner, its rows by minutes."""

    owner: int
    text: str = ""
    rows: dict[int, Row] = field(default_factory=dict)


class ForecastHub:
    def __init__(self) -> None:
        self._wanted: dict[Viewer, frozenset[int]] = {}
        # What each viewer has not been sent yet.
        self._unsent: dict[Viewer, set[Place]] = {}
        self._shown: dict[int, Shown] = {}
        self._changed = asyncio.Event()
        self._task: Background | None = None
        self._database = Outage(log, "Orders can't be read for forecasts (%s).", "Orders are read again.")

    def watch(self, viewer: Viewer, orders: Iterable[int]) -> None:
        """Replace what a viewer sees; it is sent all of it anew."""
        self._wanted[viewer] = frozenset(orders)
        self._unsent[viewer] = {
            (pk, minutes) for pk in self._wanted[viewer] & self._shown.keys() for minutes in self._shown[pk].rows
        }
        self._changed.set()
        if self._task is None:
            self._task = Background(self._run)

    def leave(self, viewer: Viewer) -> None:
        self._wanted.pop(viewer, None)
        self._unsent.pop(viewer, None)

    async def close(self) -> None:
        if self._task is not None:
            await self._task.end()

    async def _run(self) -> None:
        async with redis_client.connect_async(OPERATION_SECONDS) as client:
            while True:
                began = time.monotonic()
                self._changed.clear()
                try:
                    await self._look(client)
                except Error as error:
                    self._database.failed(error)
                except Exception:
                    log.exception("A round of forecasts failed.")
                await asyncio.sleep(max(0.0, began + ROUND_SECONDS - time.monotonic()))
                if not self._wanted:
                    await self._changed.wait()

    async def _look(self, client: redis.asyncio.Redis) -> None:
        """Ask for all orders in sight once, and send each viewer what it lacks."""
        wanted = frozenset().union(*self._wanted.values())
        orders = await in_thread(asking.working, wanted)
        self._database.answered()
        self._shown = {pk: self._shown.get(pk) or Shown(order.user_id) for pk, order in orders.items()}
        for pk, order in orders.items():
            # It may have been given to another person.
            self._shown[pk].owner = order.user_id
        asks: dict[int, Ask] = {}
        for pk, order in orders.items():
            ask, why = asking.ask_of(order, shown=self._shown[pk].text), asking.why_not(order)
            if ask is not None and why is None:
                asks[pk] = ask
            elif self._shown[pk].text != (told := why or asking.NO_PRICE):
                self._shown[pk].text = told
                self._take(pk, list(asking.refused(order, told, USUAL)))
        for (pk, ask), answer in zip(asks.items(), await _answers(client, list(asks.values())), strict=True):
            if answer is not None:
                self._shown[pk].text = answer["shown"]
                self._take(pk, list(asking.rows(ask, answer, pk)))
        for viewer in list(self._unsent):
            try:
                self._send(viewer)
            except Exception:
                log.exception("Sending forecasts to a viewer failed.")

    def _take(self, pk: int, rows: list[Row]) -> None:
        changed = {row["minutes"]: row for row in rows}
        self._shown[pk].rows |= changed
        for viewer, wanted in self._wanted.items():
            if pk in wanted:
                self._unsent[viewer] |= {(pk, minutes) for minutes in changed}

    def _send(self, viewer: Viewer) -> None:
        """Send a viewer what it lacks, of its own orders alone; what a slow one does not take waits."""
        unsent = self._unsent[viewer]
        known = [
            (pk, minutes) for pk, minutes in sorted(unsent) if pk in self._shown and minutes in self._shown[pk].rows
        ]
        # A batch is well below the max size of a frame.
        for some in batches(known):
            shown = [(self._shown[pk], minutes) for pk, minutes in some]
            rows = [each.rows[minutes] for each, minutes in shown if each.owner == viewer.user_id]
            if rows and not viewer.show(outbound.forecasts(rows)):
                return
            unsent.difference_update(some)


async def _answers(client: redis.asyncio.Redis, asks: list[Ask]) -> Answers:
    found: Answers = []
    now = time.time()
    for place in range(0, len(asks), wire.MOST):
        some = asks[place : place + wire.MOST]
        try:
            found += await wire.ask_async(client, some)
        except NoForecaster as error:
            found += [refusal(each, error.why, now) for each in some]
    return found
