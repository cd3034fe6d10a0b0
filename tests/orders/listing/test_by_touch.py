"""A table by the probability of a touch: both ways, unknown last, any page, and nothing of it is recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from market.models import Instrument, ShownForecast
from orders.domain.lifecycle import Status
from orders.listing import by_touch
from orders.listing.by_touch import Ranking
from tests.orders.builders import order_in, place
from tests.orders.foretold import Oracle, answer_of
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def feed(settings: Any) -> None:
    settings.FEED = "sim"


@pytest.fixture
def oracle(oracle: Oracle) -> Oracle:
    oracle.says = {"1": 100, "2": 200, "3": 300, "9": None}
    return oracle


@pytest.fixture
def table(as_user: Any, alice: User, oracle: Oracle) -> Any:
    """What alice's table answers, sorted by touch."""

    def ask(direction: str = "asc", status: int = 200, user: User = alice, of: str = "", **more: str) -> dict[str, Any]:
        more |= {"user": of} if of else {}
        by = {"columns[0][data]": "touch", "order[0][column]": "0", "order[0][dir]": direction}
        response = as_user(user).get("/api/orders/", {"format": "datatables", "length": "1000", **by, **more})
        assert response.status_code == status, response.content
        return response.json()  # type: ignore[no-any-return]

    return ask


def ids(answer: dict[str, Any]) -> list[int]:
    return [row["id"] for row in answer["data"]]


def placed(user: User, *prices: str, **more: Any) -> list[int]:
    return [place(user, price=price, **more).pk for price in prices]


def test_the_likeliest_come_last_or_first_and_those_without_a_number_last_either_way(table: Any, alice: User) -> None:
    two, unknown, one, three = placed(alice, "2", "9", "1", "3")
    market = place(alice, order_type="market", price=None).pk
    closed = order_in(Status.CANCELED, alice, price="2").pk
    [gone] = placed(alice, "2", symbol="GONE")
    Instrument.objects.filter(symbol="GONE").update(active=False)
    without = [gone, closed, market, unknown]
    assert ids(table("asc")) == [one, two, three, *without]
    assert ids(table("desc")) == [three, two, one, *without]


def test_equally_likely_ones_are_sorted_by_the_next_hour_and_then_the_newest_first(
    table: Any, oracle: Oracle, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {"1": 500, "2": 400, "3": 500}

    def told(asks: Any, **_: Any) -> Any:
        found = [answer_of(each, 100) for each in asks]
        for each, answer in zip(asks, found, strict=True):
            assert answer is not None
            of_hour = answer["points"][1]["touch"]
            of_hour["probability"] = later[f"{each.price.normalize():f}"] / 1000
        return found

    monkeypatch.setattr("market.forecaster.wire.ask", told)
    one, two, three = placed(alice, "1", "2", "3")
    assert ids(table("asc")) == [two, three, one]
    assert ids(table("desc")) == [three, one, two]


def test_a_quarter_and_a_whole_hour_are_asked_about_and_not_recorded(table: Any, oracle: Oracle, alice: User) -> None:
    placed(alice, "1", "2")
    table()
    assert {ask.minutes for ask in oracle.asked} == {(15, 60)}
    assert oracle.requests == [(2, False)]
    assert not ShownForecast.objects.exists()


def test_any_page_is_that_part_of_the_whole(table: Any, alice: User) -> None:
    one, two, three, unknown = placed(alice, "1", "2", "3", "9")
    in_order = [one, two, three, unknown]
    for start in range(6):
        answer = table(start=str(start), length="2")
        assert ids(answer) == in_order[start : start + 2]
        assert (answer["recordsTotal"], answer["recordsFiltered"]) == (4, 4)
        assert "recordsFilteredIsMore" not in answer


def test_tab_search_and_filters_hold(table: Any, alice: User) -> None:
    two, one, other = placed(alice, "2", "1", "1", text="mine")[:2] + placed(alice, "3", text="other")
    filled = order_in(Status.FILLED, alice, text="mine").pk
    assert ids(table(**{"search[value]": "other"})) == [other]
    found = table(tab="working", **{"search[value]": "mine"})
    assert set(ids(found)) == {two, one, one + 1}
    assert ids(found)[-1] == two
    assert (found["recordsTotal"], found["recordsFiltered"]) == (4, 3)
    assert ids(table(tab="filled")) == [filled]
    assert ids(table(side="sell")) == []


def test_bob_sees_his_own_and_the_desk_everyones(table: Any, alice: User, bob: User, desk: User) -> None:
    [of_alice], [of_bob] = placed(alice, "2"), placed(bob, "1")
    assert ids(table()) == [of_alice]
    assert ids(table(user=bob)) == [of_bob]
    assert ids(table(of="*", user=desk)) == [of_bob, of_alice]


def test_a_page_has_the_owners_orders_alone_and_leaves_out_what_is_gone(alice: User, bob: User) -> None:
    [of_alice], [of_bob] = placed(alice, "1"), placed(bob, "1")
    ranked = [of_bob, 999_999, of_alice]
    assert [order.pk for order in Ranking(alice, ranked).page(0, 9)] == [of_alice]
    assert [order.pk for order in Ranking(None, ranked).page(0, 9)] == [of_bob, of_alice]
    assert Ranking(None, ranked).count == 3


def test_more_orders_than_can_be_asked_about_are_refused_with_what_to_do(
    table: Any, oracle: Oracle, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by_touch.MOST == 5_000
    monkeypatch.setattr(by_touch, "MOST", 3)
    one, two, three = placed(alice, "1", "2", "3")
    assert ids(table()) == [one, two, three]
    placed(alice, "4", text="x")
    oracle.asked.clear()
    refused = table(status=400)
    message = "At most 3 orders can be sorted by touch: search, filter, or choose a tab with fewer."
    assert refused == {"code": "validation_failed", "message": message, "fields": {"touch": [message]}}
    assert oracle.asked == []
    assert len(ids(table(**{"search[value]": "x"}))) == 1


@pytest.mark.parametrize("why", ["off", "The forecaster does not run."])
def test_without_a_feed_or_a_forecaster_the_newest_come_first(
    table: Any, oracle: Oracle, alice: User, settings: Any, why: str
) -> None:
    settings.FEED, oracle.why_not = ("off", "") if why == "off" else ("sim", why)
    one, two = placed(alice, "1", "2")
    assert ids(table("asc")) == ids(table("desc")) == [two, one]


def test_by_touch_is_sorted_first_or_not_at_all_and_not_searched(table: Any, alice: User) -> None:
    [one] = placed(alice, "1")
    second = {"columns[1][data]": "price", "order[1][column]": "1"}
    assert ids(table(**second)) == [one]

    def check(more: dict[str, str]) -> None:
        assert table(status=400, **more)["code"] == "validation_failed"

    cases = [
        {"columns[1][data]": "price", "order[0][column]": "1", "order[1][column]": "0"},
        {"columns[0][search][value]": "1"},
        {"order[0][dir]": "up"},
    ]
    assert failing(cases, check) == []
