"""JSON from outside is read as it stands: no key is lost, no digit."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.protocol import strict_json
from orders.protocol.strict_json import GivenTwice

D = Decimal
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=4)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@given(VALUES)
def test_what_json_says_is_what_is_read(value: Any) -> None:
    text = json.dumps(value)
    assert strict_json.loads(text) == strict_json.loads(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":100.00000000000000001}', {"a": D("100.00000000000000001")}),
        ('[{"a":99.9999999999999999999}]', [{"a": D("99.9999999999999999999")}]),
        ('{"a":1.5,"b":"x:y"}', {"a": D("1.5"), "b": "x:y"}),
        ('{"a":18446744073709551617}', {"a": D(2**64 + 1)}),
        ("0.1", D("0.1")),
        ('{"a":9007199254740993}', {"a": 2**53 + 1}),
        ('{"text":"at 10:30","a":1}', {"text": "at 10:30", "a": 1}),
    ],
)
def test_a_number_keeps_all_its_digits(text: str, value: Any) -> None:
    assert strict_json.loads(text) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"a":1,"a":1}', "a"),
        ('{"a":1,"b":2,"\\u0061":3}', "a"),
        ('[{"a":1},{"b":1,"b":"x"}]', "1.b"),
        ('{"a":{"b":1,"b":2}}', "b"),
        ('{"a:":1,"a:":1}', "a:"),
        ('{"a":1.5,"a":1.5}', "a"),
        ('[[{"a":1,"a":1}]]', "a"),
    ],
)
def test_a_key_that_stands_twice_is_told_by_its_place(text: str, name: str) -> None:
    for given_text in (text, text.encode()):
        with pytest.raises(GivenTwice) as refused:
            strict_json.loads(given_text)
        assert refused.value.name == name


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "'a'", "NaN", '{"a":1e999}', '"\\ud800"', '{"a":01}', '{"a":1,}', "\ufeff{}", "[" * 100_000),
        '{"a":' * 1_015 + "1.5" + "}" * 1_015,
        "[" + "{}," * 6_000 + "1.5]",
    ],
)
def test_what_is_no_json_or_too_much_of_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        strict_json.loads(text)


def test_an_ordinary_list_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "_read_again", None)
    order = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33", "text": None}
    assert strict_json.loads(orjson.dumps([order] * 1000)) == [order] * 1000
