"""The paper broker: one process answers the orders of its book at the quotes on the board.

Leader election by a lock in Redis (market.live.leader) avoids double work. What makes a report safe is the order's row:
it is locked, and must still be at the version that was read, whatever other processes do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import anyio
import orjson
import redis
import redis.asyncio
from django.db import Error, close_old_connections, transaction

from demo import paper_rules
from demo.paper_book import Book
from demo.paper_rules import Held, Market
from market.feeds.clock import CLOCK, Clock
from market.live import arrival, redis_board, redis_client
from market.live.leader import RENEW_SECONDS, Leader, LostLead
from market.live.leases import RENEW_SECONDS as LEASE_SECONDS
from market.live.leases import Lease
from market.live.redis_names import name
from market.models import Instrument
from market.support.reasons import reason
from orders import trading
from orders.domain.errors import OrderError
from orders.log.provenance import Source, acting
from orders.trading import Report
from orders.trading.locking import lock

log = logging.getLogger(__name__)

KEY = name("orders.paper")
# Never a user's name: those contain no space.
ACTOR = "paper broker"
# An order is answered only after so long without an event: until then its user can look at it, or another broker act.
QUIET_SECONDS = 3.0
ROUND_SECONDS = 0.5
# The max of reports per round, so that users and the database come first.
MOST = 20
RETRY_SECONDS = 1.0
OPERATION_SECONDS = 2.0
PRETENDED = frozenset({"sim", "replay"})
# Feeds that send the whole book: if both its sides are empty there is no price, whatever was traded last.
BOOKS = frozenset({"sim"})


class PaperBroker:
    """The paper broker's process. The same `seed` makes the same decisions; `clock` can be replaced."""

    def __init__(self, seed: int, clock: Clock = CLOCK) -> None:
        self.book = Book(clock.now)
        self._seed = seed
        self._clock = clock
        self._triggered: dict[int, Decimal | None] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="paper")
        self._trouble = ""

    async def run(self) -> None:
        """Run until cancelled, only once: work while this process leads, and survive outages of Redis and database."""
        try:
            await self._lead_again_and_again()
        finally:
            self._thread.shutdown()  # a report that has begun is finished

    async def _lead_again_and_again(self) -> None:
        while True:
            try:
                async with redis_client.connect_async(OPERATION_SECONDS) as client:
                    await self._as_leader(client)
            except* (redis.RedisError, OSError) as errors:
                self._tell(f"Redis doesn't answer ({reason(errors.exceptions[0])})")
            except* LostLead:
                self._tell("Another paper broker leads now")
            await self._clock.sleep(RETRY_SECONDS)

    async def _as_leader(self, client: redis.asyncio.Redis) -> None:
        leader = Leader(client, KEY)
        await leader.win(RETRY_SECONDS)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(leader.keep, RENEW_SECONDS)
                group.start_soon(self._wanting, client)
                group.start_soon(self._working)
        finally:
            with anyio.CancelScope(shield=True), contextlib.suppress(redis.RedisError, OSError):
                await leader.release()

    async def _wanting(self, client: redis.asyncio.Redis) -> None:
        """Lease the symbols of these orders, so that the feed carries them even without viewers."""
        lease, told, again_at = Lease(client), frozenset[str](), 0.0
        try:
            while True:
                symbols = self.book.symbols
                if symbols != told or self._clock.now() >= again_at:
                    await lease.renew(dict.fromkeys(symbols, True))
                    told, again_at = symbols, self._clock.now() + LEASE_SECONDS
                await self._clock.sleep(ROUND_SECONDS)
        finally:
            with anyio.CancelScope(shield=True), contextlib.suppress(redis.RedisError, OSError):
                await lease.end()

    async def _working(self) -> None:
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._connected_round)
                self._tell("")
            except Error as error:
                self._tell(f"The database does not answer ({reason(error)})")
            await self._clock.sleep(ROUND_SECONDS)

    def _connected_round(self) -> None:
        close_old_connections()
        try:
            self.round()
        finally:
            close_old_connections()

    def round(self) -> int:
        """Answer the quiet orders; return the number of reports made. Raises redis.RedisError, django.db.Error."""
        self.book.follow()
        quiet = self.book.quiet_for(QUIET_SECONDS)
        markets = self._markets({order.symbol for order, _ in quiet})
        self._triggered = {order_id: price for order_id, price in self._triggered.items() if order_id in self.book}
        done = 0
        for order, waited in quiet:
            report = self._answer(order, markets[order.symbol], waited) if order.symbol in markets else None
            if report is not None:
                done += self._report(order, report)
            if done == MOST:
                break
        return done

    def _answer(self, order: Held, market: Market, waited: float) -> Report | None:
        # A stop's trigger is not stored: after a restart the stop waits again, unless it was filled in part.
        triggered = order.cum_qty > 0 or self._triggered.get(order.id) == order.stop_price
        if not triggered and paper_rules.triggers(order, market.quote):
            self._triggered[order.id] = order.stop_price
            triggered = True
        now = datetime.fromtimestamp(self._clock.wall(), UTC)
        return paper_rules.answer(order, market, now, self._seed, waited=waited, triggered=triggered)

    def _report(self, held: Held, report: Report) -> bool:
        """Make the report; return False if another change came first, whose event will arrive."""
        try:
            with acting(Source.SYSTEM, ACTOR), transaction.atomic():
                order = lock(held.id)
                if order is None or order.version != held.version:
                    return False
                trading.execute(None, held.id, report)
        except OrderError as refused:
            log.warning("Skipping order %s until its next event: %s", held.id, refused)
            self.book.forget(held.id)
            return False
        return True

    def _markets(self, symbols: set[str]) -> dict[str, Market]:
        """The markets by symbol; none if the prices are real, whichever process sends them."""
        if not symbols:
            return {}
        state = redis_board.feed_text()
        feed = "" if state is None else orjson.loads(state).get("name")
        if state is not None and feed not in PRETENDED:
            return {}
        texts = redis_board.read(symbols) if state is not None else {}
        at = self._clock.wall() * 1000
        quotes = {symbol: arrival.quote_in(text, at) for symbol, text in texts.items()}
        if feed in BOOKS:
            quotes = {symbol: quote for symbol, quote in quotes.items() if quote is not None and quote.has_side}
        lots = dict(Instrument.objects.filter(symbol__in=symbols, active=True).values_list("symbol", "lot_size"))
        return {symbol: Market(quotes.get(symbol), lots.get(symbol)) for symbol in symbols}

    def _tell(self, trouble: str) -> None:
        """Log a trouble once when it begins, and once when it is over."""
        if trouble != self._trouble:
            log.warning("Paper broker: %s.", trouble or "at work again")
            self._trouble = trouble
