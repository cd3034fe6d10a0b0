"""Environment variables, read only here; an invalid value stops the start with one line that names the variable.

Every variable is described in docs/settings.md, and a test compares the two.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from market.values import decimals

T = TypeVar("T")

VARIABLES: dict[str, str] = {}
METRICS = "PROMETHEUS_MULTIPROC_DIR"  # the name is prometheus-client's


def _read(name: str, default: str, read: Callable[[str], T], wanted: str) -> T:
    VARIABLES[name] = wanted
    value = os.environ.get(name, "").strip() or default
    try:
        return read(value)
    except ValueError:
        # Don't print the value: it may contain a password, and this line goes into logs.
        print(f"{name} must be {wanted}.", file=sys.stderr)
        raise SystemExit(2) from None


def pass_on(name: str, value: str) -> None:
    """Set a variable for the processes that this one starts."""
    os.environ[name] = value


def passed_on(name: str) -> str | None:
    return os.environ.get(name)


def text(name: str, default: str = "", wanted: str = "any text") -> str:
    return _read(name, default, str, wanted)


def flag(name: str, default: bool = False) -> bool:
    """on, true, yes, 1 or off, false, no, 0."""

    def read(value: str) -> bool:
        known = {
            "on": True,
            "true": True,
            "yes": True,
            "1": True,
            "off": False,
            "false": False,
            "no": False,
            "0": False,
        }
        if value.lower() not in known:
            raise ValueError(value)
        return known[value.lower()]

    return _read(name, "on" if default else "off", read, "on or off")


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(value)
        return value

    return _read(name, default, read, "one of " + ", ".join(allowed))


def whole_number(name: str, default: int, least: int, most: int) -> int:
    def read(value: str) -> int:
        number = decimals.whole(value)
        if not least <= number <= most:
            raise ValueError(value)
        return number

    return _read(name, str(default), read, f"a whole number from {least} to {most}")


def limit(name: str, default: int = 0) -> int | None:
    """A whole number; None for 0, which is no limit."""
    return _read(name, str(default), lambda value: decimals.whole(value) or None, "a whole number, or 0 for no limit")


def amount_limit(name: str) -> Decimal | None:
    """A number that is not negative; None for 0, which is no limit."""

    def read(value: str) -> Decimal | None:
        number = decimals.number(value)
        if number < 0:
            raise ValueError(value)
        return number or None

    return _read(name, "0", read, "a number, or 0 for no limit")


def speed(name: str, default: str) -> float | None:
    """The speed as a multiple of the recorded one; None for "max"."""

    def read(value: str) -> float | None:
        if value == "max":
            return None
        number = float(decimals.number(value))
        if not 0 < number <= 1e6:
            raise ValueError(value)
        return number

    return _read(name, default, read, "a number above 0, at most 1000000, or max")


def moment(name: str) -> datetime | None:
    """A time with a time zone; None where there is none."""

    def read(value: str) -> datetime | None:
        if not value:
            return None
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError(value)
        return found

    return _read(name, "", read, "a time with a time zone, such as 2026-01-31T09:30:00Z")


def hosts(name: str, default: str) -> list[str]:
    def read(value: str) -> list[str]:
        found = [part.strip() for part in value.split(",") if part.strip()]
        if not found or any("/" in host or " " in host for host in found):
            raise ValueError(value)
        return found

    return _read(name, default, read, "host names without scheme or path, comma-separated")


def origins(name: str) -> list[str]:
    def read(value: str) -> list[str]:
        found = [part.strip() for part in value.split(",") if part.strip()]
        for origin in found:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
                raise ValueError(origin)
        return found

    return _read(name, "", read, "origins such as https://orders.example.com, comma-separated")


def urls(name: str, schemes: tuple[str, ...]) -> list[str]:
    """URLs of these schemes, comma-separated; none where unset."""

    def read(value: str) -> list[str]:
        found = [part.strip() for part in value.split(",")] if value else []
        for part in found:
            if urlsplit(part).scheme not in schemes:
                raise ValueError(part)
            _ = urlsplit(part).port
        return found

    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    return _read(name, "", read, f"a URL that begins with {wanted}, or several, comma-separated")


def url(name: str, schemes: tuple[str, ...], further: str = "", refuse: Callable[[str], None] | None = None) -> str:
    """A URL of one of these schemes, or the empty string if unset; `refuse` raises ValueError for unusable ones."""

    def read(value: str) -> str:
        if value:
            parts = urlsplit(value)
            if parts.scheme not in schemes:
                raise ValueError(value)
            _ = parts.port
            if refuse is not None:
                refuse(value)
        return value

    wanted = "a URL that begins with " + " or ".join(f"{scheme}://" for scheme in schemes)
    return _read(name, "", read, f"{wanted} and {further}" if further else wanted)
