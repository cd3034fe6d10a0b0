"""`/api/forecasts/cone/`: the same bounds for everybody who is signed in, and every reason why there are none."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient

from market.forecaster.asks import ConeAsk
from market.models import Instrument
from tests.orders.builders import instrument, place
from tests.orders.foretold import Oracle
from tests.servers import ROOT
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)

CONE = "/api/forecasts/cone/"
CENT = Decimal("0.01")


@pytest.fixture(autouse=True)
def feed(settings: Any) -> None:
    settings.FEED = "sim"


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    return Oracle(monkeypatch)


@pytest.fixture
def cone(as_user: Any, alice: User, aapl: Instrument, oracle: Oracle) -> Any:
    """What alice is answered."""

    def ask(symbol: str = "AAPL") -> dict[str, Any]:
        response = as_user(alice).get(CONE, {"symbol": symbol})
        assert response.status_code == 200, response.content
        return response.json()  # type: ignore[no-any-return]

    return ask


def keys(answer: dict[str, Any]) -> list[Any]:
    """The names of the answer, and of its first and last band, and of the first one's levels."""
    first, *_, last = answer["bands"]
    return [list(answer), list(first), list(last), *(list(level) for level in first["levels"])]


def refused(symbol: str, why: str) -> dict[str, Any]:
    return {"symbol": symbol, "unavailable": why, "ready_in_minutes": None}


def test_the_answer_has_bounds_for_each_time_or_why_there_are_none(cone: Any, oracle: Oracle) -> None:
    answer = cone()
    assert (answer["symbol"], type(answer["from"]), type(answer["close"])) == ("AAPL", int, str)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", answer["as_of"])
    assert [band["minutes"] for band in answer["bands"]] == [1, 5, 15, 30, 60, 120, 240]
    for band in answer["bands"][:5]:
        assert [level["level"] for level in band["levels"]] == [0.8, 0.95]
        [(low_80, high_80), (low_95, high_95)] = [
            (Decimal(each["low"]), Decimal(each["high"])) for each in band["levels"]
        ]
        assert low_95 <= low_80 <= Decimal(answer["close"]) <= high_80 <= high_95
    for band in answer["bands"][5:]:
        assert re.fullmatch(r"Needs \d+ more hours of prices\.", band["unavailable"])
        assert band["ready_in_minutes"] > 60
    assert oracle.cones == [ConeAsk("AAPL", CENT)]


def test_bounds_are_on_the_instrument_s_own_tick(cone: Any, oracle: Oracle) -> None:
    instrument("WIDE", tick_size=Decimal("0.25"))
    cone("WIDE")
    assert oracle.cones == [ConeAsk("WIDE", Decimal("0.25"))]


def test_the_documented_answer_and_the_schema_s_have_the_fields_of_the_real_one(cone: Any) -> None:
    real = keys(cone())
    section = (ROOT / "docs" / "api.md").read_text().partition("### `GET /api/forecasts/cone/`")[2]
    assert keys(json.loads(section.partition("```json\n")[2].partition("```")[0])) == real

    written = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=written)
    schema = json.loads(written.getvalue())
    content = schema["paths"][CONE]["get"]["responses"]["200"]["content"]["application/json"]
    [example] = content["examples"].values()
    assert keys(example["value"]) == real
    described = schema["components"]["schemas"]
    assert set(described["Cone"]["properties"]) == {*real[0], "unavailable", "ready_in_minutes"}
    assert described["Cone"]["required"] == ["symbol"]
    assert set(described["Band"]["properties"]) == {*real[1], *real[2]}
    assert described["Band"]["required"] == ["minutes"]
    assert set(described["Level"]["properties"]) == set(described["Level"]["required"]) == set(real[3])


@pytest.mark.parametrize("why", ["The forecaster does not run.", "The forecaster does not answer."])
def test_without_a_forecaster_the_answer_says_so(cone: Any, oracle: Oracle, why: str) -> None:
    oracle.why_not = why
    assert cone() == refused("AAPL", why)


def test_without_a_feed_and_for_what_is_not_traded_nobody_is_asked(cone: Any, oracle: Oracle, settings: Any) -> None:
    instrument("GONE", active=False)
    assert cone("GONE") == refused("GONE", "The instrument is not traded now.")
    settings.FEED = "off"
    for symbol in ("AAPL", "GONE"):
        assert cone(symbol) == refused(symbol, "No price feed is running.")
    assert oracle.cones == []


@pytest.mark.parametrize("symbol", ["NOSUCH", "aapl", "", "AAPL,KO", "A" * 50])
def test_an_unknown_symbol_is_not_found(
    as_user: Any, alice: User, aapl: Instrument, oracle: Oracle, symbol: str
) -> None:
    for parameters in ({"symbol": symbol}, *([{}] if not symbol else [])):
        response = as_user(alice).get(CONE, parameters)
        assert response.status_code == 404
        assert response.json() == {"code": "not_found", "message": "There is no such instrument."}
    assert oracle.cones == []


def test_what_is_no_parameter_of_it_is_refused(as_user: Any, alice: User, aapl: Instrument, oracle: Oracle) -> None:
    def check(name: str, query: str) -> None:
        response = as_user(alice).get(f"{CONE}?{query}")
        body = response.json()
        assert (response.status_code, body["code"], list(body["fields"])) == (400, "validation_failed", [name])

    cases = [("symbol", "symbol=AAPL&symbol=KO"), ("symbol", "symbol=A%00"), ("symbol", f"symbol={'A' * 2001}")]
    cases += [(name, f"symbol=AAPL&{name}=5") for name in ("minutes", "user", "order", "tick", "side", "price")]
    cases += [("format", "symbol=AAPL&format=csv")]
    assert failing(cases, check) == []
    assert oracle.cones == []


def test_bob_is_answered_as_alice_is_and_nothing_of_her_orders(
    as_user: Any, alice: User, bob: User, desk: User, broker: User, cone: Any, oracle: Oracle
) -> None:
    before = as_user(bob).get(CONE, {"symbol": "AAPL"}).content
    place(alice, price="123.45", text="a secret")
    answers = {as_user(person).get(CONE, {"symbol": "AAPL"}).content for person in (alice, bob, desk, broker)}
    assert answers == {before}
    assert set(oracle.cones) == {ConeAsk("AAPL", CENT)}, "what is asked tells of nobody"
    assert oracle.asked == []


def test_a_stranger_gets_nothing(aapl: Instrument, oracle: Oracle) -> None:
    for symbol in ("AAPL", "NOSUCH"):
        assert APIClient().get(CONE, {"symbol": symbol}).status_code == 401
    assert oracle.cones == []


def test_nothing_is_written_by_it(as_user: Any, alice: User) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(as_user(alice), method)(CONE).status_code == 405
