"""JSON from outside: each key once in its object, each number with all the digits it was written with.

orjson is quick and strict, but of two equal keys it takes the last, and of a long fraction what a double holds. Where
one of them may have been, the text is read once more by the standard library, which can be asked about both.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from types import NoneType
from typing import Any

import orjson

TOLD_WHOLE = frozenset({str, int, bool, NoneType})
# Nothing that is understood has more; reading a million takes a second.
MOST_OBJECTS = 5_000


class GivenTwice(Exception):
    """A key stands twice in one object: `name`, or `3.name` in a list; `body` is the rest of what was read."""

    def __init__(self, name: str, body: Any) -> None:
        super().__init__(name)
        self.name = name
        self.body = body


def loads(text: str | bytes) -> Any:
    """What the text says; fractions, and integers of more than 64 bits, as Decimal.

    Raises ValueError where it is no JSON, and GivenTwice.
    """
    body = orjson.loads(text)
    colons = text.count(":") if isinstance(text, str) else text.count(b":")
    if _is_whole(body, colons):
        return body
    return _read_again(text if isinstance(text, str) else text.decode())


def _is_whole(body: Any, colons: int) -> bool:
    """Whether nothing of a text with so many colons can have been lost in what was read of it: one order or a list.

    Each key brings a colon, whether it was kept or not; those in strings only add to them.
    """
    keys = 0
    kinds: set[type] = set()
    for each in body if type(body) is list else [body]:
        if type(each) is not dict:
            return False
        keys += len(each)
        kinds.update(map(type, each.values()))
    return keys == colons and kinds <= TOLD_WHOLE


def _read_again(text: str) -> Any:
    objects = _Objects()
    try:
        body = json.loads(text, object_pairs_hook=objects.take, parse_float=Decimal, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ArithmeticError as error:
        raise ValueError("a number is too long") from error
    for found, name in objects.repeating:
        place = (
            next((f"{index}." for index, each in enumerate(body) if each is found), "") if type(body) is list else ""
        )
        raise GivenTwice(place + name, body)
    return body


def _integer(text: str) -> int | Decimal:
    value = int(text)
    return value if -(2**63) <= value < 2**64 else Decimal(value)


class _Objects:
    """Takes the objects of a text as they are read, and remembers those that name something twice."""

    def __init__(self) -> None:
        self.count = 0
        self.repeating: list[tuple[dict[str, Any], str]] = []

    def take(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self.count += 1
        if self.count > MOST_OBJECTS:
            raise ValueError("too many objects")
        found = dict(pairs)
        if len(found) < len(pairs):
            times = Counter(name for name, _ in pairs)
            self.repeating.append((found, next(name for name, often in times.items() if often > 1)))
        return found
