"""The mechanisms that can be switched off, one function each; every one has a test that then finds the harm."""

from __future__ import annotations

from typing import Any

NEVER = 10**9


def a_window() -> None:
    """Events go out without end, answered or not."""
    from orders import delivery, wire

    wire.WINDOW = NEVER
    delivery.ANSWER_SECONDS = NEVER


def fair_shares() -> None:
    """A socket is read as fast as it sends, whatever becomes of the others and of what it does not read."""
    from webapp import pressure

    pressure.share_fairly = lambda: None


def a_strike_limit() -> None:
    from orders import consumers

    consumers.STRIKES = NEVER


def a_size_limit() -> None:
    from orders import wire
    from webapp import serving

    serving.FRAME_BYTES = serving.MESSAGE_BYTES = 0
    wire.MESSAGE_BYTES = NEVER


def revocation() -> None:
    """Whoever has a socket keeps it."""
    from orders.sessions import Sessions

    async def check(self: Any) -> None:
        return None

    Sessions.check = check  # type: ignore[method-assign]
