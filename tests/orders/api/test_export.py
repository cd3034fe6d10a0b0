"""The export: the filtered set, line by line, as a file of either format."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient

from orders.api import export, export_csv, export_xlsx
from orders.domain.lifecycle import TABS, Status
from orders.models import Order
from tests.orders.api.test_export_csv import lines_of as lines_of_xlsx
from tests.orders.builders import instrument, order_in, place, snapshot_of

ADDRESS = "/api/orders/export/"


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def lines_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(response), newline=""), strict=True))


def as_cells(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def make_many(user: User, count: int) -> None:
    instrument()
    order = Order(user=user, symbol="AAPL", side="buy", quantity=Decimal(1), price=Decimal(1))
    values = {name: getattr(order, name) for name in ("side", "quantity", "price")}
    Order.objects.bulk_create(Order(user=user, symbol="AAPL", **values) for _ in range(count))


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_export_is_the_filtered_set_as_the_list_shows_it(as_user: Any, alice: User, bob: User) -> None:
    for status in Status:
        order_in(status, alice)
    place(bob)
    rows = snapshot_of(alice)
    exported = lines_of(as_user(alice).get(ADDRESS))
    assert exported == [as_cells(rows[number]) for number in sorted(rows, reverse=True)]
    closed = lines_of(as_user(alice).get(f"{ADDRESS}?format=csv&tab=closed&ordering=id&status=expired,rejected"))
    assert [line["status"] for line in closed] == ["rejected", "expired"]


@pytest.mark.django_db
def test_the_file_says_what_it_is(as_user: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export.timezone, "now", lambda: datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
    response = as_user(alice).get(ADDRESS)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"] == 'attachment; filename="orders-20260131T093000Z.csv"'
    assert text_of(response) == (
        "id,client_order_id,user,symbol,side,order_type,time_in_force,quantity,price,stop_price,"
        "status,cum_qty,leaves_qty,avg_price,text,version,created_at,updated_at,arrival_price\r\n"
    )


@pytest.mark.django_db
def test_no_cell_is_a_formula(as_user: Any, alice: User) -> None:
    starts = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]
    for number, start in enumerate(starts):
        place(alice, text=f"{start}HYPERLINK(1)", client_order_id=f"-{number}")
    told = {line["client_order_id"]: line["text"] for line in lines_of(as_user(alice).get(ADDRESS))}
    assert told == {f"'-{number}": f"'{start}HYPERLINK(1)" for number, start in enumerate(starts)}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_not_even_text_that_came_past_the_rules(as_user: Any, alice: User, text: str) -> None:
    order = place(alice)
    order.text = text
    order.save(update_fields=["text"])
    [line] = lines_of(as_user(alice).get(ADDRESS))
    assert line["text"] == f"'{text}"


@pytest.mark.django_db
def test_quotes_commas_and_lines_stay_in_their_cell(as_user: Any, alice: User) -> None:
    place(alice, text='say "hi", then go; ä 😀')
    response = as_user(alice).get(ADDRESS)
    text = text_of(response)
    assert '"say ""hi"", then go; ä 😀"' in text
    assert text.count("\r\n") == 2
    assert text.count("\n") == 2


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["json", "datatables", "xls"])
def test_another_format_is_refused_clearly(as_user: Any, alice: User, wanted: str) -> None:
    response = as_user(alice).get(ADDRESS, {"format": wanted})
    assert response.status_code == 400
    assert response.json() == {
        "code": "validation_failed",
        "message": "format: One of csv, xlsx.",
        "fields": {"format": ["One of csv, xlsx."]},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/csv", "application/json", "text/html", "*/*"])
def test_whatever_a_browser_accepts_it_gets_the_file(as_user: Any, alice: User, accept: str) -> None:
    response = as_user(alice).get(ADDRESS, headers={"accept": accept})
    assert response.headers["Content-Type"].startswith("text/csv")


@pytest.mark.django_db
@pytest.mark.both_databases
def test_only_a_chunk_of_a_large_export_is_in_memory_at_a_time(as_user: Any, alice: User) -> None:
    make_many(alice, 3 * export_csv.CHUNK + 1)
    chunks = list(as_user(alice).get(ADDRESS).streaming_content)
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, *[export_csv.CHUNK] * 3, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
async def test_an_event_loop_serves_it_in_chunks_as_well() -> None:
    alice = await sync_to_async(User.objects.create_user)("alice")
    await sync_to_async(make_many)(alice, export_csv.CHUNK + 1)
    client = AsyncClient()
    await client.aforce_login(alice)
    response: Any = await client.get(ADDRESS)
    assert response.is_async
    content: AsyncIterator[bytes] = response.streaming_content
    assert [chunk.count(b"\r\n") async for chunk in content] == [1, export_csv.CHUNK, 1]
    await sync_to_async(connections.close_all)()


@pytest.mark.django_db
@pytest.mark.both_databases
def test_an_xlsx_file_holds_the_same_orders(as_user: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export.timezone, "now", lambda: datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
    for status in Status:
        order_in(status, alice)
    rows = snapshot_of(alice)
    response = as_user(alice).get(f"{ADDRESS}?format=xlsx&tab=closed&ordering=id")
    assert response.headers["Content-Type"] == export.XLSX
    assert response.headers["Content-Disposition"] == 'attachment; filename="orders-20260131T093000Z.xlsx"'
    [_, *lines] = lines_of_xlsx(zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))))
    assert [line[0] for line in lines] == [pk for pk, row in sorted(rows.items()) if row["status"] in TABS["closed"]]


@pytest.mark.django_db(transaction=True)
async def test_an_event_loop_serves_an_xlsx_file_in_blocks() -> None:
    alice = await sync_to_async(User.objects.create_user)("alice")
    await sync_to_async(make_many)(alice, 2 * export_csv.CHUNK)
    client = AsyncClient()
    await client.aforce_login(alice)
    response: Any = await client.get(f"{ADDRESS}?format=xlsx")
    content: AsyncIterator[bytes] = response.streaming_content
    blocks = [block async for block in content]
    assert all(0 < len(block) <= export_xlsx.BLOCK for block in blocks)
    assert len(lines_of_xlsx(zipfile.ZipFile(io.BytesIO(b"".join(blocks))))) == 2 * export_csv.CHUNK + 1
    await sync_to_async(connections.close_all)()
