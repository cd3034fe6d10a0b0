"""Strict JSON parsing: a repeated key is an error, and every number keeps all its digits.

orjson is fast and strict, but it keeps only the last of two equal keys, and rounds a long fraction to a double. Where a
text may have either, the standard library's parser, which can be asked about both, parses it again.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from types import NoneType
from typing import Any

import orjson

TOLD_WHOLE = frozenset({str, int, bool, NoneType})
# No valid message has more; parsing a million takes a second.
MOST_OBJECTS = 5_000


class GivenTwice(Exception):
    """A key occurs twice in one object: `name`, or `3.name` in a list; `body` is what was parsed."""

    def __init__(self, name: str, body: Any) -> None:
        super().__init__(name)
        self.name = name
        self.body = body


def loads(text: str | bytes) -> Any:
    """Parse the text; fractions, and integers of more than 64 bits, become Decimal.

    Raises ValueError for invalid JSON, and GivenTwice for a repeated key.
    """
    body = orjson.loads(text)
    colons = text.count(":") if isinstance(text, str) else text.count(b":")
    if _is_whole(body, colons):
        return body
    return _read_again(text if isinstance(text, str) else text.decode())


def _is_whole(body: Any, colons: int) -> bool:
    """Whether orjson has certainly lost nothing of a text with so many colons: one flat order or a list of them.

    Each key has a colon, whether orjson kept it or not; colons inside strings only add to the number.
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
    """Builds the objects of a text as they are parsed, and remembers those with a repeated key."""

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
