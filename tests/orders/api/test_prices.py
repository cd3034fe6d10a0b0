"""`/api/quotes/` and `/api/bars/`: what the broker keeps, as documented, whatever else lies there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.core.management import call_command

from market.live import redis_board, redis_client
from market.live.bars import Bar
from market.live.quotes import Quote
from market.live.ticks import Tick
from market.models import Instrument
from tests.servers import ROOT

D = Decimal
FEED = '{"name":"sim","state":"live","reason":"","limit":50,"in_use":1,"queued":[],"counts":{},"at":1.5}'


@pytest.fixture
def kept(broker_url: str) -> Iterator[Any]:
    """The broker, without prices before and after."""
    with redis.Redis.from_url(broker_url) as client:
        client.flushall()
        yield client
        client.flushall()


@pytest.fixture
def asked(as_user: Any, alice: User, aapl: Instrument, btcusd: Instrument) -> Any:
    return as_user(alice)


def quote(symbol: str, last: str) -> str:
    tick = Tick(symbol, 1500.5, D(last), D(1), D(last), D(last), is_trade=True)
    return Quote(symbol, 0.0).after(tick).text()


def documented(kind: str) -> dict[str, Any]:
    """The example of docs/api.md with this field."""
    text = (ROOT / "docs" / "api.md").read_text()
    [found] = [block for block in text.split("```json\n") if block.startswith("{") and f'"{kind}": [' in block]
    example: dict[str, Any] = json.loads(found.split("```")[0])
    return example


def described(operation: str) -> dict[str, Any]:
    written = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=written)
    schema = json.loads(written.getvalue())
    content = schema["paths"][operation]["get"]["responses"]["200"]["content"]["application/json"]
    [example] = content["examples"].values()
    return dict(example["value"])


def test_the_documents_and_the_answer_have_the_same_fields(asked: Any, kept: Any) -> None:
    kept.hset(redis_board.QUOTES, "AAPL", quote("AAPL", "1"))
    kept.set(redis_board.FEED, FEED)
    kept.zadd(redis_board.bars_key("AAPL"), {Bar(60, D(1), D(2), D(1), D(2), D(5)).text(): 60})

    for path, kind in (("/api/quotes/", "quotes"), ("/api/bars/", "bars")):
        answer = asked.get(path, {"symbol": "AAPL"} if kind == "bars" else {}).json()
        for example in (documented(kind), described(path)):
            assert list(example) == list(answer)
            assert [list(row) for row in example[kind]] == [list(row) for row in answer[kind]]
    assert list(documented("quotes")["feed"]) == list(described("/api/quotes/")["feed"]) == list(json.loads(FEED))


def test_named_symbols_are_answered_by_symbol_and_those_without_a_price_left_out(asked: Any, kept: Any) -> None:
    kept.hset(redis_board.QUOTES, mapping={name: quote(name, "2") for name in ("AAPL", "BTCUSD")})
    Instrument.objects.create(symbol="AAA", name="without a price", currency="USD")
    Instrument.objects.filter(symbol="BTCUSD").update(active=False)

    def symbols(**parameters: str) -> list[str]:
        answer = asked.get("/api/quotes/", parameters).json()
        assert answer["feed"] is None
        return [quote["symbol"] for quote in answer["quotes"]]

    assert symbols() == ["AAPL"]
    assert symbols(symbols="BTCUSD,AAA,AAPL,BTCUSD") == ["AAPL", "BTCUSD"]


def test_as_many_symbols_as_are_allowed_can_be_named_however_long_they_are(asked: Any, kept: Any) -> None:
    names = [f"S{number:019}" for number in range(500)]
    Instrument.objects.bulk_create(Instrument(symbol=name, name=name, currency="USD") for name in names)
    kept.hset(redis_board.QUOTES, mapping={name: quote(name, "2") for name in names})

    answer = asked.get("/api/quotes/", {"symbols": ",".join(names)})

    assert [row["symbol"] for row in answer.json()["quotes"]] == names
    refused = asked.get("/api/quotes/", {"symbols": ",".join([*names, "AAPL"])})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["symbols"])
    assert asked.get("/api/bars/", {"symbol": "S" * 2001}).status_code == 400


def test_garbage_in_the_broker_is_left_out(asked: Any, kept: Any) -> None:
    kept.hset(redis_board.QUOTES, mapping={"AAPL": '{"symbol":"AAPL"', "BTCUSD": quote("AAPL", "2")})
    kept.set(redis_board.FEED, "}")
    kept.zadd(redis_board.bars_key("AAPL"), {"[": 0, "7": 60, '{"time":120}': 120})

    assert asked.get("/api/quotes/").json() == {"feed": None, "quotes": []}
    assert asked.get("/api/bars/", {"symbol": "AAPL"}).json()["bars"] == [{"time": 120}]


def test_bars_come_oldest_first(asked: Any, kept: Any) -> None:
    for minute in (180, 60, 1200, 120):
        kept.zadd(redis_board.bars_key("AAPL"), {Bar(minute, D(1), D(2), D(1), D(2), D(5)).text(): minute})

    assert [bar["time"] for bar in asked.get("/api/bars/?symbol=AAPL").json()["bars"]] == [60, 120, 180, 1200]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/bars/", 404),
        ("/api/bars/?symbol=NOSUCH", 404),
        ("/api/quotes/?symbols=AAPL,NOSUCH", 400),
        ("/api/quotes/?symbols=" + ",".join(f"S{number}" for number in range(501)), 400),
        ("/api/quotes/?symbol=AAPL", 400),
        ("/api/bars/?symbol=AAPL%00", 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_makes_no_sense_is_refused(asked: Any, kept: Any, path: str, status: int) -> None:
    assert asked.get(path).status_code == status


def test_without_a_broker_there_are_no_prices(asked: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    address = f"unix://{tmp_path}/nobody.sock"
    monkeypatch.setattr(redis_client, "url", lambda: address)

    for path in ("/api/quotes/", "/api/bars/?symbol=AAPL"):
        answer = asked.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_requests_one_after_the_other_share_a_connection_to_redis(asked: Any, kept: Any) -> None:
    kept.hset(redis_board.QUOTES, "AAPL", quote("AAPL", "1"))
    asked.get("/api/quotes/")
    before = kept.info("stats")["total_connections_received"]
    for path in ("/api/quotes/", "/api/quotes/?symbols=AAPL", "/api/bars/?symbol=AAPL"):
        assert asked.get(path).status_code == 200
    assert kept.info("stats")["total_connections_received"] == before


def test_a_name_that_got_past_the_validators_spoils_no_answer(asked: Any, kept: Any) -> None:
    Instrument.objects.create(symbol='R"Q\\', name="odd", currency="USD")

    answer = asked.get("/api/bars/", {"symbol": 'R"Q\\'})

    assert json.loads(answer.content) == {"symbol": 'R"Q\\', "seconds": 60, "bars": []}
