"""The limit on requests: off unless it is set, then a person's own, and nobody's problem while Redis is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from limits import RateLimitItemPerHour, RateLimitItemPerSecond
from rest_framework.test import APIClient

from market.live import redis_client
from tests.servers import wait_for
from webapp import throttle

AsUser = Callable[[User], APIClient]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that takes longer is not asked in the product; on a busy test machine it may."""
    monkeypatch.setattr(throttle, "REDIS_SECONDS", 10)
    throttle._limiter(redis_client.url(), 10).storage.reset()  # a user of an earlier test may have had the same id


@pytest.fixture
def an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test takes so long that a new period begins."""
    monkeypatch.setattr(throttle, "PERIOD", RateLimitItemPerHour)


def statuses(client: APIClient, count: int) -> list[int]:
    return [client.get("/api/me/").status_code for _ in range(count)]


def test_nobody_is_held_up_unless_a_limit_is_set(alice: User, as_user: AsUser) -> None:
    assert set(statuses(as_user(alice), 30)) == {200}


def test_a_person_above_the_limit_is_told_when_to_come_back_and_others_go_on(
    alice: User, bob: User, as_user: AsUser, settings: Any, an_hour: None
) -> None:
    settings.ORDERS_REQUESTS_PER_MINUTE = 3

    assert statuses(as_user(alice), 4) == [200, 200, 200, 429]
    assert statuses(as_user(bob), 1) == [200]
    refused = as_user(alice).get("/api/me/")
    assert refused.json()["code"] == "rate_limited"
    assert 0 < int(refused.headers["Retry-After"]) <= 3600


def test_the_next_period_begins_anew(
    alice: User, as_user: AsUser, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORDERS_REQUESTS_PER_MINUTE = 1
    monkeypatch.setattr(throttle, "PERIOD", RateLimitItemPerSecond)
    client = as_user(alice)

    wait_for(lambda: statuses(client, 1) == [429], "a second request within a second")
    wait_for(lambda: statuses(client, 1) == [200], "the next second")


def test_redis_that_is_away_holds_nobody_up(alice: User, as_user: AsUser, settings: Any) -> None:
    settings.ORDERS_REQUESTS_PER_MINUTE = 1
    settings.CHANNEL_LAYERS = {"default": {"CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}}

    assert statuses(as_user(alice), 3) == [200, 200, 200]


def test_whoever_is_refused_always_waits_for_something(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = throttle.RequestRate()
    monkeypatch.setattr(refused, "_again_at", 0.0, raising=False)

    assert refused.wait() == 1
