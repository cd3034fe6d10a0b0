"""`/api/instruments/?q=`: what somebody may mean, the best first; a bad question is refused in the API's one shape."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from demo.instruments import make_instruments
from market.catalog import directory
from market.models import Instrument
from tests.market.listings import listing
from tests.servers import ROOT
from tests.tables import failing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept from one test to the next."""
    monkeypatch.setattr(directory, "KEEP_SECONDS", 0.0)


@pytest.fixture
def api(as_user: Any, alice: User) -> Any:
    names = {"AAPL": "Apple", "APLE": "Apple Hospitality", "MSFT": "Microsoft", "ZZZ": "Apple, no longer"}
    for symbol, name in names.items():
        Instrument.objects.create(symbol=symbol, name=name, currency="USD", active=symbol != "ZZZ")
    return as_user(alice)


def found(api: Any, term: str, **parameters: Any) -> list[str]:
    response = api.get("/api/instruments/", {"q": term, **parameters})
    assert response.status_code == 200, response.content
    return [row["symbol"] for row in response.json()]


def test_a_search_answers_rows_of_the_list_in_ranked_order(api: Any) -> None:
    everything = {row["symbol"]: row for row in api.get("/api/instruments/").json()}

    answer = api.get("/api/instruments/", {"q": "appel"})

    assert answer.json() == [everything[symbol] for symbol in ("AAPL", "APLE", "ZZZ")]
    assert answer.json()[-1]["active"] is False
    assert found(api, "msft") == ["MSFT"]
    assert found(api, "nothing of the kind") == []


def test_the_list_itself_stays_as_it_was(api: Any) -> None:
    answer = api.get("/api/instruments/")
    assert [row["symbol"] for row in answer.json()] == ["AAPL", "APLE", "MSFT", "ZZZ"]
    assert answer.headers["ETag"]
    assert "ETag" not in api.get("/api/instruments/", {"q": "a"}).headers


def test_as_many_are_answered_as_asked_for_and_twenty_otherwise(api: Any) -> None:
    rows = listing(200)
    Instrument.objects.bulk_create(
        Instrument(symbol=symbol, name=name, currency="USD", active=active) for symbol, name, active in rows
    )
    assert len(found(api, "a")) == len(found(api, "")) == len(found(api, "a", limit="")) == 20
    assert len(found(api, "a", limit=100)) == 100
    assert found(api, "a", limit=1) == found(api, "a")[:1]
    assert found(api, "") == sorted(found(api, ""))


def test_a_question_that_makes_no_sense_is_refused(api: Any) -> None:
    def check(query: str, field: str) -> None:
        answer = api.get(f"/api/instruments/?{query}")
        assert answer.status_code == 400
        body = answer.json()
        assert body.keys() == {"code", "message", "fields"}
        assert body["code"] == "validation_failed"
        assert list(body["fields"]) == [field]

    cases = [
        ("q=a&limit=0", "limit"),
        ("q=a&limit=101", "limit"),
        ("q=a&limit=-1", "limit"),
        ("q=a&limit=1e2", "limit"),
        ("q=a&limit=%D9%A1", "limit"),
        ("q=a&limit=" + "9" * 400, "limit"),
        ("limit=5", "limit"),
        ("q=a&q=b", "q"),
        ("q=" + "a" * 101, "q"),
        ("q=" + "a" * 100_000, "q"),
        ("q=AAPL%00", "q"),
        ("q=%E2%80%AEAAPL", "q"),
        ("q=%0A", "q"),
        ("term=a", "term"),
        ("q=a&page=1", "page"),
    ]
    assert failing(cases, check) == []


def test_a_hostile_term_is_only_a_term(api: Any) -> None:
    def check(term: str) -> None:
        answer = api.get(f"/api/instruments/?q={quote(term)}")
        assert answer.status_code == 200
        assert {row["symbol"] for row in answer.json()} <= {"AAPL", "APLE", "MSFT", "ZZZ"}

    cases = ["(a+)+$", "[", "\\", "%", "_", "' OR 1=1 --", '"', "a" * 100, "(" * 100, "😀", "-aapl"]
    assert failing(cases, check) == []


def test_what_is_not_utf_8_finds_nothing(api: Any) -> None:
    answer = api.get("/api/instruments/?q=%ED%A0%80")
    assert (answer.status_code, answer.json()) == (200, [])


def test_nobody_unnamed_searches(db: None) -> None:
    assert APIClient().get("/api/instruments/?q=a").status_code == 401


def test_the_searches_that_the_documents_show_find_what_is_meant(as_user: Any, alice: User) -> None:
    make_instruments()
    pages = [(ROOT / name).read_text() for name in ("README.md", "docs/api.md")]
    shown = {term for page in pages for term in re.findall(r"/api/instruments/\?q=(\w+)", page)}
    firsts = {term: found(as_user(alice), term)[0] for term in shown}
    assert firsts == {"etherium": "ETHEUR", "appel": "AAPL"}
