"""Several Redis servers share the owners between them, and the site is ready only while all of them answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from tests.servers import Redis, Server, wait_for
from tests.stack.sockets import Follower
from tests.traders import enlist

OWNERS = 8


@pytest.fixture
def shards() -> Iterator[list[Redis]]:
    found = [Redis(), Redis()]
    try:
        for shard in found:
            shard.start()
        yield found
    finally:
        for shard in found:
            shard.stop()


@pytest.fixture
def server(tmp_path: Path, shards: list[Redis]) -> Iterator[Server]:
    # On which of them an owner is follows from the secret.
    urls = ", ".join(shard.url for shard in shards)
    server = Server(tmp_path / "served", REDIS_URL=urls, SECRET_KEY="by which eight owners are on both" * 2)
    try:
        yield server.start()
    finally:
        server.stop()


def groups_of(shard: Redis) -> int:
    with redis.Redis.from_url(shard.url) as client:
        return sum(b"orders." in channel for channel in client.pubsub_channels())


def test_owners_are_shared_between_the_brokers_and_one_that_is_gone_is_told_and_loses_nothing(
    server: Server, shards: list[Redis]
) -> None:
    traders = enlist(server, OWNERS)
    with ExitStack() as opened:
        followers = [opened.enter_context(Follower.of(trader)) for trader in traders]
        wait_for(lambda: sum(map(groups_of, shards)) == OWNERS, "every owner's group")
        assert all(groups_of(shard) for shard in shards)
        for trader in traders:
            trader.place()
        for follower in followers:
            follower.until(1)

        shards[1].stop()
        assert server.request("GET", "/health/ready")[0] == 503
        for trader in traders:
            trader.place()
        for follower in followers:
            follower.until(2)
        assert {tuple(follower.seqs) for follower in followers} == {(1, 2)}

        shards[1].start()
        wait_for(lambda: server.request("GET", "/health/ready")[0] == 200, "all brokers answering")
