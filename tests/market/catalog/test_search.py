"""Instruments are found by what people type, in one order on the server and on the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from market.catalog.search import SymbolIndex, fold
from tests.forms import scaled
from tests.market import listings
from tests.servers import ROOT
from tests.tables import failing

ROWS = [
    ("AAPL", "Apple", True),
    ("AAP", "Advance Auto Parts", True),
    ("APLE", "Apple Hospitality", True),
    ("BAC", "Bank of America", True),
    ("BRK.B", "Berkshire Hathaway", True),
    ("BTCUSD", "Bitcoin / US dollar", True),
    ("CDI", "Christian Dior", True),
    ("DOR", "Société Dorée", True),
    ("INTC", "Intel", True),
    ("MCD", "McDonald's", True),
    ("MSFT", "Microsoft", True),
    ("OLD", "Apple Records", False),
    ("PINE", "Pineapple Energy", True),
    ("SXR8", "Core S&P 500", True),
]
HOSTILE = [
    "(a+)+$",
    "[",
    "\\",
    ".*",
    "^",
    "$",
    "(?=a)",
    "a{9999999}",
    '"apple"',
    "-apple",
    "'",
    "''",
    "\0",
    "AAPL\0",
    "\u202eLPAA",
    "\u200f",
    "\ud800",
    "\U0001f600",
    "ﷺ" * 100,
    "a" * 100,
    "a " * 50,
    "ab " * 33,
    "abc " * 25,
    "a" * 100_000,
    "a " * 50_000,
    "(" * 100_000,
    "\u0301" * 100,
    "<img src=x onerror=alert(1)>",
    "%00",
    " ",
    "\t\n",
    ".",
    "ß",
    "İ",
    "ὈΔΥΣΣΕΎΣ",
]


def find(term: str, limit: int = 20) -> list[str]:
    return SymbolIndex(ROWS).find(term, limit)


def on_the_page(rows: Any, terms: list[str], limit: int) -> list[list[str]]:
    """What the page's own code answers to each term."""
    # Node may be that of a wheel, beside Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["node", "tests/js/ranked.js"],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        input=json.dumps({"rows": rows, "terms": terms, "limit": limit}),
        check=True,
        capture_output=True,
        text=True,
    )
    answers: list[list[str]] = json.loads(done.stdout)
    return answers


def test_symbols_come_before_names_beginnings_before_parts_and_typos_last() -> None:
    assert find("aap") == ["AAP", "AAPL"]
    assert find("apple") == ["AAPL", "APLE", "PINE", "OLD"]
    assert find("b") == ["BAC", "BRK.B", "BTCUSD"]
    assert find("aapl") == ["AAPL", "AAP", "APLE", "OLD"]


def test_what_is_meant_comes_first() -> None:
    def check(typed: str, meant: str) -> None:
        assert find(typed)[0] == meant

    cases = [
        ("appel", "AAPL"),
        ("ntel", "INTC"),
        ("aple", "APLE"),
        ("applle", "AAPL"),
        ("micorsoft", "MSFT"),
        ("mircosoft", "MSFT"),
        ("msff", "MSFT"),
        ("mfst", "MSFT"),
        ("intle", "INTC"),
        ("bac", "BAC"),
        ("bca", "BAC"),
        ("bank amreica", "BAC"),
        ("america bank", "BAC"),
        ("brkb", "BRK.B"),
        ("brk b", "BRK.B"),
        ("brk/b", "BRK.B"),
        ("BTC/USD", "BTCUSD"),
        ("mcdonalds", "MCD"),
        ("McDonald’s", "MCD"),
        ("societe doree", "DOR"),
        ("SOCIÉTÉ", "DOR"),
        ("s&p 500", "SXR8"),
        ("  msft ", "MSFT"),
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("typed", ["aappll", "mcirosotf", "sxr9", "core 501", "zz", "btcusdx1"])
def test_two_typos_and_other_numbers_find_nothing(typed: str) -> None:
    assert find(typed) == []


def test_without_a_term_the_first_by_symbol_come_and_what_is_not_traded_last() -> None:
    assert find("", 3) == find("   ", 3) == ["AAP", "AAPL", "APLE"]
    assert find("", 100)[-1] == "OLD"
    assert find("old") == ["OLD"]


def test_no_more_are_found_than_asked_for() -> None:
    assert [len(find("a", limit)) for limit in (1, 5)] == [1, 5]
    assert find("a", 1) == find("a", 20)[:1]


def test_a_hostile_term_is_only_a_term() -> None:
    def check(term: str) -> None:
        found = find(term[:100_000])
        assert set(found) <= {symbol for symbol, _, _ in ROWS}
        if len(term) > 100:
            assert found == []

    assert failing(HOSTILE, check) == []


def test_a_term_against_a_name_of_the_same_words_over_and_over_ends() -> None:
    rows = [("A", "a " * 50, True), ("B", "abcd " * 20, True)]
    index = SymbolIndex(rows)
    terms = ["a " * 49 + "b", "abcd " * 19 + "abce", "abdc " * 20]
    assert [index.find(term, 5) for term in terms] == on_the_page(rows, terms, 5)


def test_folding_takes_accents_case_and_apostrophes() -> None:
    assert fold("É’ﬁσς İIı") == "efiσσ iiı"


@pytest.mark.parametrize(("limit", "number"), [(8, scaled(200, 600)), (1000, scaled(60, 150))])
def test_the_server_finds_in_the_order_of_the_page(limit: int, number: int) -> None:
    rows = [*listings.listing(1000), ("OLD.W", "Österreichische Straßenbahn", True), ("NEW.W", "ΟΔΟΣ Ζenith", True)]
    meant = [*listings.terms(rows, number), *listings.terms(rows[-2:], number // 5)]
    index = SymbolIndex(rows)

    found = dict.fromkeys([*meant, "", "a", "é", "inc", "co", "b v"])
    for term, answer in zip(found, on_the_page(rows, list(found), limit), strict=True):
        assert index.find(term, limit) == answer, term

    # So the comparison is one of typos too.
    texts = [f"{symbol} {name}".lower() for symbol, name, _ in rows]
    typos = [term for term in meant if index.find(term, 1) and not any(term.lower() in text for text in texts)]
    assert len(typos) > number / 8


def test_a_further_letter_is_no_typo_for_either() -> None:
    rows = [("BAC", "Bank of America", True), ("AAL", "American Airlines", True), ("BAM", "Brookfield American", True)]
    terms = ["america americna", "americaa bank", "visa", "ameriac"]
    index = SymbolIndex(rows)

    assert index.find(terms[0], 5)[0] == "BAC"
    assert on_the_page(rows, terms, 5) == [index.find(term, 5) for term in terms]


def test_both_take_hostile_terms_alike() -> None:
    terms = [term for term in HOSTILE if term != "\ud800"]
    index = SymbolIndex(ROWS)
    assert on_the_page(ROWS, terms, 20) == [index.find(term, 20) for term in terms]


def test_a_symbol_of_nothing_but_punctuation_is_found_by_itself() -> None:
    rows = [(".", "Dot", True), ("-", "Dash", True), *ROWS]
    assert SymbolIndex(rows).find(".", 5) == ["."]
    assert on_the_page(rows, [".", "-", "--"], 5) == [["."], ["-"], []]
