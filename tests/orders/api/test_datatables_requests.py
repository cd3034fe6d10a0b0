"""DataTables' protocol from somebody who means no good: a clear 400, never a 500, a secret or the whole table."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.orders.builders import place
from tests.tables import failing

pytestmark = pytest.mark.django_db

ADDRESS = "/api/orders/?format=datatables"
SORT = {"columns[0][data]": "symbol", "order[0][column]": "0", "order[0][dir]": "asc"}


@pytest.fixture
def table(as_user: Any, alice: User) -> Any:
    place(alice)
    client = as_user(alice)
    return lambda **parameters: client.get("/api/orders/", {"format": "datatables", **parameters})


def refusal(response: Any) -> dict[str, Any]:
    assert response.status_code == 400, response.content
    body: dict[str, Any] = response.json()
    assert body["code"] == "validation_failed"
    return body


def test_a_value_out_of_bounds_is_told_by_name(table: Any) -> None:
    def check(name: str, value: str) -> None:
        fields = refusal(table(**(SORT | {name: value})))["fields"]
        assert list(fields) == [name if name != "search[value]" else "search"]

    cases = [
        *(("draw", value) for value in ("abc", "-1", "1.5", "9" * 400, "１")),
        *(("start", value) for value in ("abc", "-1", "1e9", "9" * 400, "9223372036854775807")),
        *(("length", value) for value in ("-1", "0", "1001", "1000000000", "abc", "9" * 400)),
        ("search[value]", "x" * 101),
        ("columns[0][search][value]", "x" * 101),
        ("order[0][dir]", "sideways"),
        ("order[0][dir]", "asc, password"),
    ]
    assert failing(cases, check) == []


def test_only_the_columns_of_an_order_exist(table: Any) -> None:
    def check(name: str, part: str) -> None:
        refusal(table(**({"columns[0][data]": "symbol"} | {f"columns[0][{part}]": name, "search[value]": "pbkdf2"})))
        refusal(table(**(SORT | {f"columns[0][{part}]": name})))

    cases = [
        (name, part)
        for name in [
            "user__password",
            "user.password",
            "password",
            "user__username",
            "symbol,user__password",
            "fingerprint",
            "?",
            "-id",
        ]
        for part in ["data", "name"]
    ]
    assert failing(cases, check) == []


def test_a_sort_by_a_column_that_was_not_sent_is_refused(table: Any) -> None:
    def check(column: str) -> None:
        refusal(table(**(SORT | {"order[0][column]": column})))

    cases = ["abc", "-1", "1", "9" * 400, "", "0.5"]
    assert failing(cases, check) == []


def test_a_column_without_a_field_can_be_there_but_not_be_sorted_by(table: Any) -> None:
    columns = {"columns[0][data]": "", "columns[1][data]": "symbol"}
    assert table(**columns, **{"order[0][column]": "1"}).status_code == 200
    refusal(table(**columns, **{"order[0][column]": "0"}))


def test_more_columns_than_an_order_could_have_are_refused(table: Any) -> None:
    refusal(table(**{f"columns[{number}][data]": "symbol" for number in range(51)}))


def test_what_the_protocol_does_not_know_is_refused(table: Any) -> None:
    def check(parameters: dict[str, str]) -> None:
        refusal(table(**parameters))

    cases = [
        {"search[value]": "a\0"},
        {"columns[0][data]": "symbol\0"},
        {"draw": "\0"},
        {"search[value]": "\u202e"},
        {"tab\0": "all"},
        {"page": "2"},
        {"ordering": "id"},
        {"symbol[]": "AAPL"},
        {"length[]": "10"},
    ]
    assert failing(cases, check) == []


@pytest.mark.parametrize("term", ["(a+)+$", ".*", "[", "A{1,99999}", "^AAPL$"])
def test_a_search_is_never_a_regular_expression(table: Any, term: str) -> None:
    found = table(**{"search[value]": term, "search[regex]": "true", "draw": "1"})
    assert (found.status_code, found.json()["recordsFiltered"]) == (200, 0)


def test_everything_that_datatables_itself_sends_is_understood(table: Any) -> None:
    request = {"draw": "3", "start": "0", "length": "25", "search[value]": "aapl", "search[regex]": "false", "_": "17"}
    for number, column in enumerate(["symbol", "quantity", "created_at"]):
        request |= {
            f"columns[{number}][data]": column,
            f"columns[{number}][name]": "",
            f"columns[{number}][searchable]": "true",
            f"columns[{number}][orderable]": "true",
            f"columns[{number}][search][value]": "",
            f"columns[{number}][search][regex]": "false",
        }
    request |= {"order[0][column]": "2", "order[0][dir]": "desc", "order[0][name]": ""}
    answer = table(**request)
    assert answer.status_code == 200
    assert answer.json()["draw"] == 3


def test_a_column_of_whole_numbers_holds_no_fraction_and_no_column_another_notation(table: Any, alice: User) -> None:
    order = place(alice, quantity="100", price="585.33")

    def found(column: str, term: str) -> list[int]:
        answer = table(**{"columns[0][data]": column, "columns[0][search][value]": term})
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["data"]]

    assert order.pk in found("quantity", "100")
    assert order.pk in found("price", "585.330")
    assert found("id", str(order.pk)) == [order.pk]
    assert order.pk in found("version", "1")
    for column, term in (
        *(("id", f"{order.pk}{more}") for more in (".9", ".0", "e0", "_")),
        *(("version", term) for term in ("1.9", "1.0", "+1", "-1", "1_", "0x1", "1" * 30)),
        *(("quantity", term) for term in ("1_00", "1e2", "+100", "100.", "١٠٠", "100.0000000000000000001", "NaN")),
    ):
        assert found(column, term) == [], (column, term)


def test_what_has_no_place_in_the_request_is_refused_by_name_and_not_passed_over(table: Any) -> None:
    def check(name: str, parameters: dict[str, str]) -> None:
        assert list(refusal(table(**parameters))["fields"]) == [name]

    symbol = {"columns[0][data]": "symbol"}
    cases = [
        ("columns[1][data]", {"columns[1][data]": "symbol"}),
        ("columns[0][search][value]", {"columns[0][search][value]": "AAPL"}),
        ("columns[2][search][value]", symbol | {"columns[2][search][value]": "AAPL"}),
        ("columns[1][name]", symbol | {"columns[1][name]": "price"}),
        ("order[1][column]", symbol | {"order[1][column]": "0"}),
        ("order[0][dir]", symbol | {"order[0][dir]": "desc"}),
        ("order[0][name]", SORT | {"order[0][name]": "price"}),
        ("columns[0][searchable]", symbol | {"columns[0][searchable]": "perhaps"}),
        ("search[regex]", {"search[regex]": "1"}),
        ("search[fixed][0][term]", {"search[fixed][0][term]": "AAPL"}),
        ("columns[0][search][fixed][0][term]", symbol | {"columns[0][search][fixed][0][term]": "AAPL"}),
        *(
            (name, symbol | {name: "0"})
            for name in (
                "columns",
                "columns[0]",
                "columns[]",
                "columns[x][data]",
                "columns[00][data]",
                "columns[-1][data]",
                "columns[+0][data]",
                "columns[ 0][data]",
                "columns[0x0][data]",
                "columns[٠][data]",
                "columns[0][data][0]",
                "columns[0][nonsense]",
                "columns[0][search]",
                "columns[0][search][nonsense]",
                "columns[99999999999999999999][data]",
                "order",
                "order[]",
                "order[0]",
                "order[x][column]",
                "order[0][nonsense]",
                "order[0][column][0]",
                "search",
                "search[]",
                "search[values]",
            )
        ),
    ]
    assert failing(cases, check) == []


def test_what_datatables_2_names_without_a_value_says_nothing(table: Any) -> None:
    fixed = {"search[fixed]": "", "columns[0][search][fixed]": "", "columns[0][search][fixed][]": ""}
    assert table(**(SORT | fixed | {"order[0][name]": "symbol"})).status_code == 200
