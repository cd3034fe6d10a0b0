"""The documentation tells what is so: examples parse, frames and codes have their places, links lead somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import get_commands
from django.test import Client

from cluster import site
from market.feeds.sim import SimFeed
from market.forecaster.answering import Number, point, waiting
from market.forecaster.asks import Answer, Ask, Point
from market.live.feed_status import FeedState
from market.live.listing import Listing
from market.live.quotes import Quote
from market.live.runner import Runner
from market.live.ticks import Tick
from market.live.viewers import RATES, USUAL_RATE
from orders.domain import errors, rows
from orders.domain.errors import OrderError, ValidationFailed
from orders.domain.lifecycle import Kind
from orders.forecasts import asking
from orders.live import outbox, threads
from orders.management.commands import trim_log
from orders.models import Order
from orders.protocol import inbound, outbound
from orders.socket import consumer, outlet
from orders.socket.subscriptions import TooManySubscriptions
from orders.store import snapshots
from tests.orders import builders
from tests.servers import ROOT
from webapp import handler
from webapp.server import graceful, requests

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()


def section(title: str) -> str:
    """The text under a heading of docs/protocol.md, up to the next one of its rank or above."""
    rank, rest = re.search(rf"^(#+) {re.escape(title)}\n(.*)", PROTOCOL, re.MULTILINE | re.DOTALL).groups()  # type: ignore[union-attr]
    return re.split(rf"^#{{1,{len(rank)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def headings(text: str, rank: int) -> list[str]:
    return re.findall(rf"^{'#' * rank} (.+)$", text, re.MULTILINE)


def table_of(title: str) -> dict[str, str]:
    """The first two cells of each row of the section's table."""
    rows_found = re.findall(r"^\| `?(\w+)`? \| ([^|]+) \|", section(title), re.MULTILINE)
    return {first: second.strip() for first, second in rows_found if first not in ("code",)}


FROM_CLIENT = headings(section("From the client"), 3)
FROM_SERVER = headings(section("From the server"), 3)


def test_every_frame_that_a_client_may_send_has_its_example_under_its_heading() -> None:
    examples = blocks(section("From the client"), "json")
    assert {type(inbound.parse(example)) for example in examples} == set(get_args(inbound.Frame))
    assert {json.loads(example)["type"] for example in examples} == set(FROM_CLIENT) >= set(inbound.COMMANDS)


@pytest.mark.parametrize("kind", FROM_CLIENT)
def test_a_clients_example_is_a_frame_of_its_heading(kind: str) -> None:
    examples = blocks(section(kind), "json")
    assert examples
    for example in examples:
        assert json.loads(example)["type"] == kind
        inbound.parse(example)


def texts_of_quotes() -> list[str]:
    """One with all there may be, and one of a book without a trade."""
    cent = Decimal("0.01")
    traded = Tick("AAPL", 1.5, cent, cent, cent, cent, cent, is_trade=True)
    return [Quote("AAPL", 0).after(traded).text(), Quote("BTCUSD", 0.5).after(Tick("BTCUSD", 1.5, bid=cent)).text()]


def feed_as_viewers_are_told_it() -> str:
    listing, heard = Listing(), FeedState()
    told = Runner(SimFeed(listing.terms_of, 1), lambda sink: sink, listing, []).state()
    assert heard.hear(json.dumps(told))
    return heard.text


def built(alice: User) -> Iterator[str]:
    """One of every frame the server sends, built as it builds them."""
    order = builders.place(alice)
    builders.execute(order, "accept")
    builders.fill(order, "5", "585.1")
    builders.number_as_at_a_commit()
    [*_, event] = builders.events.since(alice.pk, 0)
    row = rows.order_row(builders.fresh(order))
    yield outbound.hello("alice")
    yield outbound.subscribed(1, "alice", 697)
    yield outbound.unsubscribed(2, "alice", 698)
    yield outbound.subscribed_quotes(3, ["AAPL", "BTCUSD"])
    yield outbound.unsubscribed_quotes(4, ["AAPL"])
    yield outbound.quotes(",".join(texts_of_quotes()), 7, feed_as_viewers_are_told_it())
    yield outbound.subscribed_forecasts(5, [7, 9])
    yield outbound.unsubscribed_forecasts(6)
    yield outbound.forecasts(forecasts_of(order))
    yield outbound.events(outbound.live_event(event.body, 1.5, 2.5), 3.5)
    yield outbound.heartbeat({"alice": 698})
    yield outbound.pong(3, 1.5, 2.5)
    yield outbound.ack("a", 201, rows.order_row(builders.place(alice)) | {"id": row["id"]})
    yield outbound.reset("alice", 698, "The log no longer holds what follows.")
    yield outbound.error("a", ValidationFailed("quantity: Must be greater than 0.", fields={"quantity": ["Must be …"]}))
    yield outbound.going_away("restart", 1730)


def forecasts_of(order: Order) -> list[asking.Row]:
    """A number, and one for which the past is too short."""
    ask = Ask("AAPL", "buy", Decimal("584.9"), Decimal("0.01"))
    told = Number(15, (334, 312, 360), (317, 297, 338))
    unready = Point(minutes=60, unavailable=waiting(1004), ready_in_minutes=1004)
    answer = Answer(
        as_of="2026-07-25T15:10:05.112402Z", median_minutes=31.5, points=[point(told, 1455, 97), unready], shown=""
    )
    return list(asking.rows(ask, answer, order.pk))


NULLS = ("actor", "arrival_price", "ask", "avg_price", "change", "last", "published", "stop_price")


def shape(value: Any, path: str = "") -> Any:
    """The names and kinds of what is there; what may be null counts as what it else is."""
    if isinstance(value, dict):
        if path in ("changes", "heads", "fields"):
            return "a map"
        return {name: shape(inner, name) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value):
        return "time"
    if path in NULLS and value is None:
        return "str"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


@pytest.mark.django_db
def test_every_frame_of_the_servers_has_its_heading_and_its_example_has_its_shape(alice: User) -> None:
    sent = [json.loads(text) for text in built(alice)]
    builders_of_frames = re.findall(r'type="([a-z_]+)"', (ROOT / "orders" / "protocol" / "outbound.py").read_text())
    assert {frame["type"] for frame in sent} == {*builders_of_frames, "events", "quotes"} == set(FROM_SERVER)
    for kind in FROM_SERVER:
        told = [json.loads(example) for example in blocks(section(kind), "json")]
        for event in (event for frame in told for event in frame.get("events", ())):
            event["actor"] = None
        assert [shape(frame) for frame in told] == [shape(frame) for frame in sent if frame["type"] == kind], kind


def test_the_example_of_an_event_is_one_that_could_be() -> None:
    [event] = json.loads(blocks(section("events"), "json")[0])["events"]
    assert event["kind"] in set(Kind)
    for field, (old, new) in event["changes"].items():
        assert event["order"][field] == new != old
    committed = event["hops"]["committed"] / 1000
    assert abs(datetime.fromisoformat(event["at"]).astimezone(UTC).timestamp() - committed) < 60


def test_the_limits_that_are_told_are_the_limits() -> None:
    told = json.loads(blocks(section("hello"), "json")[0])
    real = json.loads(outbound.hello("alice"))
    assert (told["limits"], told["protocol"], told["heartbeat_seconds"]) == (
        real["limits"],
        real["protocol"],
        real["heartbeat_seconds"],
    )
    assert outbox.ANSWER_SECONDS == 30
    assert "Thirty seconds" in section("heartbeat")
    assert outlet.STUCK_SECONDS == 10
    assert "ten seconds" in section("quotes")
    assert f"{inbound.SYMBOLS:,} at most" in section("subscribe")
    assert f"`per_second`, {', '.join(map(str, RATES[:-2]))}, {USUAL_RATE} (usual) or {RATES[-1]}" in section(
        "subscribe"
    )
    assert consumer.STRIKES == 50
    assert "fifty frames" in section("Close codes")


def test_every_error_code_is_told_with_its_status() -> None:
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OrderError)]
    codes = {kind.code: str(kind.status) for kind in [*classes, TooManySubscriptions]}
    inbound = dict.fromkeys(("bad_json", "bad_message", "unknown_type", "message_too_big", "symbol_limit"), "400")
    assert table_of("Error codes") == codes | inbound


def test_every_close_code_is_told() -> None:
    assert set(table_of("Close codes")) == {str(code.value) for code in outbound.Close}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if not target.startswith(("http://", "https://", "#")):
            assert (page.parent / target.split("#")[0]).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.name)
def test_a_decision_is_short_and_says_what_would_change_our_mind(page: Path) -> None:
    text = page.read_text()
    assert len(text.splitlines()) < 40
    assert re.match(rf"# {int(page.name[:4])}\. ", text)
    assert "What would change our mind" in text


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.name[:4]) for page in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_figure_of_the_metrics_is_told() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    served = re.findall(r"^# HELP (\w+) ", Client().get("/metrics").content.decode(), re.MULTILINE)
    assert told == served


def test_what_operations_say_about_parting_and_connections_is_so() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    # 16 for requests, 4 readers of the sockets, 2 with large bodies, 1 that signs in, and two that watch.
    assert (
        f"{handler.THREADS} requests, {threads.THREADS} sockets' readers, 2 that watch, 2 large bodies, 1 that signs in"
        in page
    )
    assert site.CONNECTIONS_A_PROCESS >= handler.THREADS + threads.THREADS + handler.LARGE_AT_ONCE + 3
    assert f"{settings.SIGN_INS_WAITING}\n  may wait, {settings.SIGN_INS_WAITING_PER_ADDRESS} of one address" in page
    assert f"{requests.BYTES_A_SECOND // 2**20} MiB a second" in page
    assert handler.LARGE_AT_ONCE == 2
    assert "at most five seconds" in page
    assert graceful.FINISH_SECONDS == 5
    assert f"tried again every {['zero', 'one', 'two', 'three', 'four', 'five'][int(snapshots.AGAIN_SECONDS)]}" in page
    assert f"{trim_log.BATCH:,} at a time" in page


def test_the_commands_that_operations_name_are_there() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"manage\.py ([a-z_]+)", page))
    assert {"after_restore", "trim_log", "serve", "migrate"} <= named <= set(get_commands())
    targets = set(re.findall(r"`make ([a-z]+)", page))
    assert targets <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
