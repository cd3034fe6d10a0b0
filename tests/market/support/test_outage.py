"""What is away is told of once, and once when it is back, however often it is tried."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from market.live import listing
from market.live.listing import Listing
from market.support.outage import Outage


def test_its_going_and_its_return_are_a_line_each(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(logging.getLogger("tests.outage"), "Away (%s).", "Back.")
    outage.answered()
    for _ in range(3):
        outage.failed(OSError("refused"))
    for _ in range(2):
        outage.answered()
    outage.failed(TimeoutError())

    assert caplog.messages == ["Away (refused).", "Back.", "Away (TimeoutError)."]


async def test_a_feed_tells_so_of_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: Iterator[bool] = iter([False, False, True, True])

    def found(**_: object) -> list[object]:
        if not next(tries):
            raise OperationalError("refused")
        return []

    monkeypatch.setattr(listing, "Instrument", SimpleNamespace(objects=SimpleNamespace(filter=found)))
    monkeypatch.setattr(listing, "AGAIN_SECONDS", -1.0)
    own = Listing()
    for _ in range(4):
        await own.refresh()

    assert caplog.messages == ["The instruments can't be read (refused).", "The instruments can be read again."]
