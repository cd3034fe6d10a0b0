"""`/api/forecasts/`: one's own orders alone, any price of an instrument, and every reason why there is no number."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient

from market.models import Instrument
from orders.api import forecasts
from orders.domain.lifecycle import Status
from tests.orders.builders import instrument, order_in, place
from tests.orders.foretold import NUMBER, WHY, Oracle
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)

LIST, TOUCH = "/api/forecasts/", "/api/forecasts/touch/"
PRICE = {"symbol": "AAPL", "side": "buy", "price": "584.9"}
FIELDS = (*PRICE, "minutes", *NUMBER)


@pytest.fixture(autouse=True)
def feed(settings: Any) -> None:
    settings.FEED = "sim"


@pytest.fixture
def listed(as_user: Any, alice: User, oracle: Oracle) -> Any:
    """The rows of alice's list."""

    def ask(**parameters: str) -> list[dict[str, Any]]:
        response = as_user(alice).get(LIST, parameters)
        assert response.status_code == 200, response.content
        assert list(response.json()) == ["results"]
        return response.json()["results"]  # type: ignore[no-any-return]

    return ask


@pytest.fixture
def touch(as_user: Any, alice: User, aapl: Instrument, oracle: Oracle) -> Any:
    def ask(**parameters: str) -> Any:
        return as_user(alice).get(TOUCH, PRICE | parameters)

    return ask


def refusals(client: APIClient, path: str, cases: list[tuple[str, str]], usual: dict[str, str]) -> list[str]:
    """The parameters that are not refused as invalid, with the parameter's name."""

    def check(name: str, value: str) -> None:
        response = client.get(path, usual | {name: value})
        body = response.json()
        assert (response.status_code, body["code"]) == (400, "validation_failed"), body
        assert list(body["fields"]) == [name], body

    return failing(cases, check)


def test_each_working_order_has_a_row_for_5_15_and_60_minutes_the_newest_first(listed: Any, alice: User) -> None:
    older, newer = place(alice), place(alice, side="sell", price="590")
    order_in(Status.CANCELED, alice)
    rows = listed()
    assert [(row["order"], row["minutes"]) for row in rows] == [
        (order.pk, minutes) for order in (newer, older) for minutes in (5, 15, 60)
    ]
    head = {"order": older.pk, "symbol": "AAPL", "side": "buy", "price": "585.33", "minutes": 5}
    assert rows[3] == head | NUMBER


def test_named_orders_and_minutes_are_answered_as_named_each_once(listed: Any, oracle: Oracle, alice: User) -> None:
    one, other, third = (place(alice).pk for _ in range(3))
    found = listed(orders=f"{other},{third},{one},{third}", minutes="240,1,240")
    assert [(row["order"], row["minutes"]) for row in found] == [
        (order, minutes) for order in (other, third, one) for minutes in (240, 1)
    ]
    assert [row["order"] for row in listed(minutes="7")] == [third, other, one]
    assert [row["minutes"] for row in listed(orders=str(one), minutes="")] == [5, 15, 60]
    assert {kept for _, kept in oracle.requests} == {True}


def test_without_a_working_order_the_list_is_empty(listed: Any, oracle: Oracle) -> None:
    assert listed() == []
    assert [count for count, _ in oracle.requests if count] == []


def test_only_so_many_of_the_newest_are_listed_and_so_many_may_be_named(
    listed: Any, alice: User, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasts, "MOST_ORDERS", 2)
    placed = [place(alice).pk for _ in range(3)]
    assert [row["order"] for row in listed(minutes="5")] == placed[:0:-1]
    assert len(listed(orders=f"{placed[0]},{placed[1]}", minutes="5")) == 2
    assert refusals(as_user(alice), LIST, [("orders", "1,2,3")], {}) == []


def test_an_order_that_is_not_asked_about_says_why_beside_those_that_are(
    listed: Any, oracle: Oracle, alice: User
) -> None:
    closed, market = order_in(Status.FILLED, alice), place(alice, order_type="market", price=None)
    gone, limit = place(alice, symbol="GONE"), place(alice)
    Instrument.objects.filter(symbol="GONE").update(active=False)
    ids = ",".join(str(order.pk) for order in (closed, market, gone, limit))
    found = {row["order"]: row for row in listed(orders=ids, minutes="15")}

    head = {"symbol": "AAPL", "side": "buy", "minutes": 15, "ready_in_minutes": None}
    reasons = {
        closed: "The order is not working.",
        market: "A market order has no price that could be touched.",
        gone: "The instrument is not traded now.",
    }
    for order, why in reasons.items():
        expected = head | {"order": order.pk, "price": "585.33", "unavailable": why}
        expected |= {market: {"price": None}, gone: {"symbol": "GONE"}}.get(order, {})
        assert found[order.pk] == expected
    assert "touch" in found[limit.pk]
    assert [ask.symbol for ask in oracle.asked] == ["AAPL"]
    # Of those that are working, one without a price is not listed, and one that is not traded is.
    assert [row["order"] for row in listed(minutes="15")] == [limit.pk, gone.pk]


def test_where_there_is_no_number_the_row_says_why(listed: Any, touch: Any, oracle: Oracle, alice: User) -> None:
    oracle.usual = None
    order = place(alice)
    head = {"symbol": "AAPL", "side": "buy", "minutes": 15, "unavailable": WHY, "ready_in_minutes": None}
    assert listed(minutes="15") == [head | {"order": order.pk, "price": "585.33"}]
    assert touch().json() == head | {"price": "584.9"}

    oracle.why_not = "The forecaster does not answer."
    assert [row["unavailable"] for row in listed(minutes="5,7")] == [oracle.why_not] * 2
    assert touch().json()["unavailable"] == oracle.why_not


def test_without_a_feed_both_say_so(listed: Any, touch: Any, alice: User, settings: Any) -> None:
    settings.FEED = "off"
    place(alice)
    assert {row["unavailable"] for row in [*listed(), touch().json()]} == {"No price feed is running."}


def test_bob_asks_for_alices_order_and_learns_nothing(as_user: Any, alice: User, bob: User, oracle: Oracle) -> None:
    of_alice, own = place(alice).pk, place(bob).pk
    missing = as_user(bob).get(LIST, {"orders": "999999"})
    for ids in (f"{of_alice}", f"{own},{of_alice}", f"{2**63 - 1}"):
        refused = as_user(bob).get(LIST, {"orders": ids})
        assert (refused.status_code, refused.json()) == (404, missing.json())
    assert missing.json() == {"code": "not_found", "message": "There is no such order."}
    assert oracle.asked == []
    assert {row["order"] for row in as_user(bob).get(LIST).json()["results"]} == {own}


def test_who_watches_everyone_has_forecasts_of_ones_own_alone(
    as_user: Any, alice: User, desk: User, broker: User, oracle: Oracle
) -> None:
    order = place(alice)
    for person in (desk, broker):
        assert as_user(person).get(LIST).json() == {"results": []}
        assert as_user(person).get(LIST, {"orders": str(order.pk)}).status_code == 404


def test_a_stranger_gets_nothing(db: None, oracle: Oracle) -> None:
    for path in (LIST, TOUCH):
        assert APIClient().get(path, PRICE if path == TOUCH else {}).status_code == 401
    assert oracle.asked == []


def test_what_is_no_list_of_minutes_or_ids_is_refused(as_user: Any, alice: User, oracle: Oracle) -> None:
    wrong = ["0", "241", "1.5", "x", "-1", "5,x", "5,0", "5 15", "٣", "1e1", ",".join(map(str, range(1, 12))), "9" * 30]
    cases = [("minutes", value) for value in wrong]
    cases += [("orders", value) for value in ("0", "-1", "1.5", "x", "1,x", str(2**63), ",".join(["1"] * 501))]
    assert refusals(as_user(alice), LIST, cases, {}) == []
    assert as_user(alice).get(LIST, {"minutes": ",".join(map(str, range(1, 11)))}).status_code == 200
    assert as_user(alice).get(LIST, {"order": "1"}).status_code == 400
    assert oracle.asked == []


def test_any_price_of_an_instrument_has_a_row_without_an_order(touch: Any, oracle: Oracle) -> None:
    found = touch(minutes="240").json()
    assert tuple(found) == FIELDS
    assert [found[name] for name in FIELDS[:4]] == ["AAPL", "buy", "584.9", 240]
    assert touch().json()["minutes"] == 15
    assert oracle.requests == [(1, True)] * 2


def test_the_price_is_a_limit_unless_it_is_said_to_be_a_stop(touch: Any, oracle: Oracle) -> None:
    for more in ({}, {"order_type": "limit"}, {"order_type": "stop"}, {"order_type": "stop_limit", "side": "sell"}):
        assert touch(**more).status_code == 200
    told = [(ask.side, ask.is_stop) for ask in oracle.asked]
    assert told == [("buy", False), ("buy", False), ("buy", True), ("sell", True)]
    assert {(ask.price, ask.tick, ask.minutes) for ask in oracle.asked} == {(Decimal("584.9"), Decimal("0.01"), (15,))}


def test_what_is_no_price_and_no_time_is_refused(as_user: Any, alice: User, aapl: Instrument, oracle: Oracle) -> None:
    prices = ["", "nan", "NaN", "inf", "-1", "0", "-0", "1e2", "584.901", "1,5", "0x1", "9" * 16, "1.123456789", "٣"]
    cases = [("price", value) for value in prices]
    cases += [("minutes", value) for value in ("0", "241", "1.5", "-1", "x", "5,15")]
    cases += [("side", value) for value in ("", "hold", "BUY")]
    cases += [("order_type", value) for value in ("", "market", "trailing")]
    assert refusals(as_user(alice), TOUCH, cases, PRICE) == []
    for name in PRICE:
        left = {key: value for key, value in PRICE.items() if key != name}
        assert as_user(alice).get(TOUCH, left).status_code == (404 if name == "symbol" else 400)
    assert as_user(alice).get(TOUCH, PRICE | {"user": "bob"}).status_code == 400
    assert oracle.asked == []


@pytest.mark.parametrize("symbol", ["NOSUCH", "aapl", "", "A" * 50])
def test_an_unknown_symbol_is_not_found(touch: Any, symbol: str) -> None:
    response = touch(symbol=symbol)
    assert response.status_code == 404
    assert response.json() == {"code": "not_found", "message": "There is no such instrument."}


def test_an_instrument_that_is_not_traded_has_no_number(touch: Any, oracle: Oracle) -> None:
    instrument("GONE", active=False)
    assert touch(symbol="GONE").json()["unavailable"] == "The instrument is not traded now."
    assert oracle.asked == []


def test_nothing_is_written_by_either_address(as_user: Any, alice: User) -> None:
    for path in (LIST, TOUCH):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(as_user(alice), method)(path).status_code == 405


def test_the_schema_s_examples_have_the_fields_of_the_answers(listed: Any, touch: Any, alice: User) -> None:
    place(alice)
    written = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=written)
    paths = json.loads(written.getvalue())["paths"]

    def examples(path: str) -> list[dict[str, Any]]:
        content = paths[path]["get"]["responses"]["200"]["content"]["application/json"]
        return [example["value"] for example in content["examples"].values()]

    [of_list] = examples(LIST)
    assert set(of_list["results"][0]) == set(listed()[0])
    number, too_early = examples(TOUCH)
    assert set(number) == set(touch().json())
    assert set(too_early) == {*FIELDS[:4], "unavailable", "ready_in_minutes"}
