"""What is announced is signed: nothing but the very events that this site has committed verifies."""

from __future__ import annotations

from typing import Any

import pytest

from orders.live import signing
from orders.live.publisher import message


@pytest.fixture
def said() -> dict[str, Any]:
    return message(7, 41, ['{"seq":41}', '{"seq":42}'])


def test_what_this_site_says_is_signed(said: dict[str, Any]) -> None:
    assert signing.is_signed(said)


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": 8},
        {"first": 42},
        {"texts": ['{"seq":41}']},
        {"texts": ['{"seq":41}{"seq":42}']},
        {"texts": ['{"seq":41}', '{"seq":43}']},
        {"signature": ""},
        {"signature": "é" * 32},
        {"signature": None},
        {"signature": 0},
    ],
    ids=str,
)
def test_whatever_differs_is_not(said: dict[str, Any], other: dict[str, Any]) -> None:
    assert not signing.is_signed(said | other)


def test_the_signature_of_other_events_is_none_of_these(said: dict[str, Any]) -> None:
    other = message(7, 42, ['{"seq":42}'])
    assert not signing.is_signed(said | {"signature": other["signature"]})


def test_what_a_site_with_another_secret_says_is_not(said: dict[str, Any], settings: Any) -> None:
    settings.SECRET_KEY = "of another site" * 4
    assert not signing.is_signed(said)


def test_what_a_copy_of_the_site_with_another_database_says_is_not(
    said: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "staging.example")
    assert not signing.is_signed(said)
