"""The limit on requests: off unless it is set, then a person's own, and nobody's problem while the broker is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from webapp import throttle

AsUser = Callable[[User], APIClient]


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test begins and ends within one minute of the clock."""
    monkeypatch.setattr("webapp.throttle.time", lambda: 1_000_000_000.0)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes longer is not asked in the product; on a busy test machine it may."""
    monkeypatch.setattr(throttle, "BROKER_SECONDS", 10)


def statuses(client: APIClient, count: int) -> list[int]:
    return [client.get("/api/me/").status_code for _ in range(count)]


def test_nobody_is_held_up_unless_a_limit_is_set(alice: User, as_user: AsUser) -> None:
    assert set(statuses(as_user(alice), 30)) == {200}


def test_a_person_above_the_limit_is_told_when_to_come_back_and_others_go_on(
    alice: User, bob: User, as_user: AsUser, settings: Any, one_minute: None
) -> None:
    settings.ORDERS_REQUESTS_PER_MINUTE = 3

    assert statuses(as_user(alice), 4) == [200, 200, 200, 429]
    assert statuses(as_user(bob), 1) == [200]
    refused = as_user(alice).get("/api/me/")
    assert refused.json()["code"] == "rate_limited"
    assert refused.headers["Retry-After"] == "20"


def test_the_next_minute_begins_anew(
    alice: User, as_user: AsUser, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORDERS_REQUESTS_PER_MINUTE = 1

    monkeypatch.setattr("webapp.throttle.time", lambda: 2_000_000_000.0)
    first = statuses(as_user(alice), 2)
    monkeypatch.setattr("webapp.throttle.time", lambda: 2_000_000_060.0)

    assert first + statuses(as_user(alice), 1) == [200, 429, 200]


def test_a_broker_that_is_away_holds_nobody_up(alice: User, as_user: AsUser, settings: Any) -> None:
    settings.ORDERS_REQUESTS_PER_MINUTE = 1
    settings.CHANNEL_LAYERS = {"default": {"CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}}

    assert statuses(as_user(alice), 3) == [200, 200, 200]
