"""`/api/forecasts/scorecard/`: the same for everybody, and nothing by which an order could be recognized."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from jsonschema import Draft202012Validator

from market.models import Instrument, ShownForecast
from tests.market.scorecard.records import (
    BEGIN,
    PRICE,
    being_read,
    cone,
    drawn,
    drawn_cones,
    keep,
    keep_cones,
    shown,
    unread,  # noqa: F401 – a fixture
    unscored,
    unscored_cone,
    waiting,
    waiting_cone,
)
from tests.orders.api.test_export import text_of
from tests.orders.api.test_schema import as_json_schema
from tests.orders.api.test_schema import schema as described  # noqa: F401 – a fixture
from tests.servers import ROOT

ADDRESS = "/api/forecasts/scorecard/"
CSV = f"{ADDRESS}?format=csv"
CONES = f"{CSV}&record=cone"
COLUMNS = "number,at,symbol,minutes,probability,low,high,climatology,outcome"
CONE_COLUMNS = "number,at,symbol,minutes,close,low_80,high_80,low_95,high_95,price"


def lines_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(response), newline=""), strict=True))


@pytest.mark.django_db
def test_bob_sees_what_alice_sees(as_user: Any, alice: User, bob: User, broker: User) -> None:
    keep(drawn(60))

    cards = [as_user(each).get(ADDRESS).json() | {"age": 0} for each in (alice, bob, broker)]
    files = [text_of(as_user(each).get(CSV)) for each in (alice, bob, broker)]

    assert cards[0] == cards[1] == cards[2]
    assert files[0] == files[1] == files[2]
    assert cards[0]["head"] == 60


@pytest.mark.parametrize("path", [ADDRESS, CSV, CONES])
def test_nobody_sees_it_without_signing_in(db: None, path: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.django_db
def test_of_one_symbol_and_some_minutes(as_user: Any, alice: User, aapl: Instrument) -> None:
    keep([shown(1, is_apart=True), shown(2, symbol="GONE", is_apart=True), shown(3, minutes=60)])
    asked = as_user(alice)

    assert asked.get(ADDRESS, {"symbol": "AAPL", "minutes": 60}).json()["overall"]["count"] == 1
    assert asked.get(ADDRESS, {"minutes": 240}).json()["overall"]["count"] == 0
    assert [line["number"] for line in lines_of(asked.get(CSV, {"minutes": 5, "format": "csv"}))] == ["1", "2"]
    # Its instrument was taken out; the record was not.
    assert [line["number"] for line in lines_of(asked.get(f"{CSV}&symbol=GONE"))] == ["2"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("symbol=NOSUCH", 404, None),
        ("symbol=NOSUCH&format=csv", 404, None),
        ("minutes=0", 400, "minutes"),
        ("minutes=241", 400, "minutes"),
        ("minutes=5.5&format=csv", 400, "minutes"),
        ("minutes=five", 400, "minutes"),
        ("format=xlsx", 400, "format"),
        ("user=alice", 400, "user"),
        ("format=csv&record=both", 400, "record"),
        ("record=cone", 400, "record"),
        ("symbol=AAPL%00", 400, "symbol"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    as_user: Any, alice: User, query: str, status: int, field: str | None
) -> None:
    answer = as_user(alice).get(f"{ADDRESS}?{query}")

    assert answer.status_code == status
    assert list(answer.json().get("fields", {})) == ([field] if field else [])


@pytest.mark.django_db
def test_it_is_as_it_is_described(described: Any, as_user: Any, alice: User) -> None:  # noqa: F811
    operation = described["paths"][ADDRESS]["get"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    schema = as_json_schema(answer | {"components": described["components"]})
    closed = as_json_schema(described["components"]["schemas"])

    for rows, cones in (([], []), (list(drawn(200, open_from=150)), list(drawn_cones(200, open_from=150)))):
        keep(rows)
        keep_cones(cones)
        card = as_user(alice).get(ADDRESS).json()
        Draft202012Validator(schema).validate(card)
        assert list(card) == list(closed["Scorecard"]["properties"])
        assert set(card["overall"]) == set(closed["Scores"]["properties"])
        ShownForecast.objects.all().delete()
    assert list(card["cone"]) == list(closed["ConeScorecard"]["properties"])
    assert set(card["cone"]["by_symbol"][0]) == set(closed["ConeSymbolScores"]["properties"])
    assert set(card["cone"]["overall"]["levels"][0]) == set(closed["ConeScoresLevel"]["properties"])
    assert set(card["cone"]["by_quarter"][0]) == set(closed["ConeQuarter"]["properties"])
    assert set(card["cone"]["by_liveliness"][0]["levels"][0]) == set(closed["ConeRowLevel"]["properties"])
    assert set(card["reliability"][0]["bins"][0]) == set(closed["Bin"]["properties"])
    assert set(card["by_liveliness"][0]) == set(closed["Third"]["properties"])
    assert set(card["by_quarter"][0]) == set(closed["Quarter"]["properties"])


@pytest.mark.django_db
def test_the_file_has_what_has_come_due_and_a_hole_where_one_is_missing(as_user: Any, alice: User) -> None:
    at = BEGIN + timedelta(seconds=40)
    keep([shown(1, at=at, outcome=2), unscored(2, "restart", at=at), waiting(3, at=at), shown(5, at=at, touch=1000)])

    response = as_user(alice).get(CSV)

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="forecasts-20')
    assert text_of(response) == (
        f"{COLUMNS}\r\n"
        '1,2026-11-03T09:00Z,"AAPL",5,0.300,0.280,0.330,0.400,1\r\n'
        '2,2026-11-03T09:00Z,"AAPL",5,0.300,0.280,0.330,0.400,not scored: restart\r\n'
        '5,2026-11-03T09:00Z,"AAPL",5,1.000,0.280,0.330,0.400,0\r\n'
    )


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_scorecard_can_be_made_again_from_the_file(as_user: Any, alice: User) -> None:
    keep(drawn(1200))

    lines = [line for line in lines_of(as_user(alice).get(CSV)) if line["outcome"] in ("0", "1")]

    overall = as_user(alice).get(ADDRESS).json()["overall"]
    errors = [(float(line["probability"]) - int(line["outcome"])) ** 2 for line in lines]
    assert (len(lines), sum(errors) / len(lines)) == (overall["count"], pytest.approx(overall["brier"]))
    numbers = [int(line["number"]) for line in lines]
    assert numbers == sorted(numbers)


@pytest.mark.django_db
def test_neither_price_nor_side_nor_second_is_told(as_user: Any, alice: User) -> None:
    keep([shown(number, is_up=True, is_stop=True, outcome=1) for number in range(1, 30)])

    told = text_of(as_user(alice).get(CSV)) + json.dumps(as_user(alice).get(ADDRESS).json() | {"read_at": ""})

    for secret in (str(PRICE), "98765", "price", "side", "buy", "sell", "is_up", "is_stop", "alice", ':12Z"', "345678"):
        assert not re.search(rf"(?<![a-z]){re.escape(secret)}", told)
    assert not re.search(r"T\d\d:\d\d:(?!00Z)", told)


@pytest.mark.django_db
def test_no_symbol_is_a_formula(as_user: Any, alice: User) -> None:
    keep([shown(1, symbol='=1+1"')])

    [line] = lines_of(as_user(alice).get(CSV))

    assert line["symbol"] == "'=1+1\""


@pytest.mark.django_db(transaction=True)
async def test_a_server_streams_the_file_chunk_by_chunk(alice: User) -> None:
    await sync_to_async(keep)(shown(number) for number in range(1, 1102))
    client = AsyncClient()
    await client.aforce_login(alice, "django.contrib.auth.backends.ModelBackend")

    response = await client.get(CSV)

    chunks = [chunk async for chunk in response.streaming_content]
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, 500, 500, 101]


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_cone_s_file_has_the_bounds_and_the_price_that_came(as_user: Any, alice: User, aapl: Instrument) -> None:
    at = BEGIN + timedelta(seconds=40)
    keep([shown(1)])
    keep_cones(
        [
            cone(1, at=at, price=Decimal("100.10")),
            unscored_cone(2, "closed", at=at, minutes=60),
            waiting_cone(3, at=at),
            cone(5, at=at, symbol="GONE", low_95=Decimal("0.00000012"), high_95=Decimal("123456.5"), is_apart=True),
        ]
    )
    asked = as_user(alice)

    response = asked.get(CONES)

    assert response.headers["Content-Disposition"].startswith('attachment; filename="cones-20')
    assert text_of(response) == (
        f"{CONE_COLUMNS}\r\n"
        '1,2026-11-03T09:00Z,"AAPL",5,100,99,101,98,102,100.1\r\n'
        '2,2026-11-03T09:00Z,"AAPL",60,100,99,101,98,102,not scored: closed\r\n'
        '5,2026-11-03T09:00Z,"GONE",5,100,99,101,0.00000012,123456.5,100.5\r\n'
    )
    assert [line["number"] for line in lines_of(asked.get(f"{CONES}&symbol=GONE"))] == ["5"]
    assert [line["number"] for line in lines_of(asked.get(f"{CONES}&minutes=60"))] == ["2"]
    assert [line["number"] for line in lines_of(asked.get(f"{CSV}&record=touch"))] == ["1"]


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_cone_s_figures_can_be_made_again_from_its_file(as_user: Any, alice: User) -> None:
    keep_cones(drawn_cones(1200))

    lines = [line for line in lines_of(as_user(alice).get(CONES)) if not line["price"].startswith("not")]

    [of_80, of_95] = as_user(alice).get(ADDRESS).json()["cone"]["overall"]["levels"]
    for told, level in ((of_80, 80), (of_95, 95)):
        inside = sum(
            Decimal(line[f"low_{level}"]) <= Decimal(line["price"]) <= Decimal(line[f"high_{level}"]) for line in lines
        )
        assert told["inside"] == pytest.approx(inside / len(lines))


@pytest.mark.django_db
def test_while_a_long_record_is_read_the_answer_says_when_to_ask_again(
    as_user: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.api.scorecard.scorecard", being_read)

    answer = as_user(alice).get(ADDRESS)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert answer.json() == {
        "code": "unavailable",
        "message": "The record is being read, 300,000 of 1,000,000. Try again in a few seconds.",
    }
    assert as_user(alice).get(CSV).status_code == 200


def test_the_documents_show_the_files_columns() -> None:
    text = (ROOT / "docs" / "api.md").read_text()

    assert f"{COLUMNS}\n" in text
    assert f"{CONE_COLUMNS}\n" in text
