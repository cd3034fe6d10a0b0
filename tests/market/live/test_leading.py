"""One process leads, what an earlier leader writes is refused, and nobody's wishes outlive him."""

from __future__ import annotations

from typing import Any

import redis.asyncio

from market.live import leader, leases, redis_board
from market.live.leader import Leader
from market.live.leases import Lease
from market.live.redis_board import Board


async def test_one_leads_and_another_takes_over_once_it_has_let_go(client: redis.asyncio.Redis) -> None:
    first, second = Leader(client), Leader(client)

    assert await first.acquire()
    assert not await second.acquire()
    assert await first.renew()
    await second.release()
    assert await first.renew(), "whoever does not lead has nothing to let go"
    await first.release()

    assert not await first.renew()
    assert await second.acquire()
    assert second.term != first.term


async def test_the_lead_of_a_process_that_died_ends_by_itself(client: redis.asyncio.Redis) -> None:
    dead, heir = Leader(client), Leader(client)
    await dead.acquire()

    assert 0 < await client.ttl(leader.KEY) <= leader.SECONDS
    await client.delete(leader.KEY)  # as its end comes

    assert await heir.acquire()
    assert not await dead.renew()
    assert await heir.renew()


async def test_what_an_earlier_leader_still_writes_reaches_nobody(client: redis.asyncio.Redis) -> None:
    late, present = Leader(client), Leader(client)
    await late.acquire()
    await client.delete(leader.KEY)
    await present.acquire()
    heard: list[Any] = []

    async with client.pubsub(ignore_subscribe_messages=True) as ear:
        await ear.subscribe(redis_board.topic("AAPL"))
        assert not await Board(client, late.term).write({"AAPL": "old"})
        assert await Board(client, present.term).write({"AAPL": "new"})
        async for message in ear.listen():
            heard.append(message["data"])
            break

    assert heard == ["new"]
    assert await client.hget(redis_board.QUOTES, "AAPL") == "new"  # type: ignore[misc]


async def test_the_union_of_all_wishes_follows_each_of_them(client: redis.asyncio.Redis) -> None:
    one, other = Lease(client), Lease(client)
    await one.renew({"AAPL": False, "KO": False})
    await other.renew({"KO": True})
    assert await leases.wanted(client) == {"AAPL": False, "KO": True}

    await one.renew({"MSFT": False})
    assert await leases.wanted(client) == {"KO": True, "MSFT": False}

    await other.end()
    assert await leases.wanted(client) == {"MSFT": False}


async def test_the_wishes_of_a_process_that_died_end_with_their_time(client: redis.asyncio.Redis) -> None:
    dead, alive = Lease(client), Lease(client)
    await dead.renew({"AAPL": False})
    await alive.renew({"KO": False})

    [key] = [name async for name in client.scan_iter(f"{leases.INDEX}.{dead.name}")]
    assert 0 < await client.ttl(key) <= leases.SECONDS
    await client.delete(key)  # as its end comes

    assert await leases.wanted(client) == {"KO": False}
    assert await client.smembers(leases.INDEX) == {alive.name}  # type: ignore[misc]


async def test_whoever_wants_something_else_is_heard_at_once(client: redis.asyncio.Redis) -> None:
    async with client.pubsub(ignore_subscribe_messages=True) as ear:
        await ear.subscribe(leases.INDEX)
        lease = Lease(client)
        await lease.renew({"AAPL": False})
        async for message in ear.listen():
            assert message["data"] == lease.name
            break
