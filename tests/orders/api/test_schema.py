"""The OpenAPI description: generated without a warning, true of what the API answers, and said for its users."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from orders.listing.filters import LIST_PARAMETERS
from tests.orders.builders import place
from tests.tables import failing

ORDER = {"symbol": "AAPL", "side": "buy", "quantity": "18", "price": "585.33"}


@pytest.fixture(scope="module")
def schema() -> Any:
    written = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=written)
    return orjson.loads(written.getvalue())


def operations(schema: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def served() -> list[URLPattern | URLResolver]:
    return [pattern for included in get_resolver().url_patterns for pattern in getattr(included, "url_patterns", [])]


def as_json_schema(value: Any) -> Any:
    """OpenAPI 3.0's own `nullable` as JSON Schema says it."""
    if isinstance(value, list):
        return [as_json_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    rest = {name: as_json_schema(each) for name, each in value.items() if name != "nullable"}
    return {"anyOf": [rest, {"type": "null"}]} if value.get("nullable") is True else rest


def test_every_address_of_the_api_is_described(schema: Any) -> None:
    api = {f"/{each.pattern}".replace("<int:order_id>", "{order_id}") for each in served()}
    api = {path for path in api if path.startswith("/api/")}
    assert api
    assert api <= schema["paths"].keys()


def test_every_filter_is_described(schema: Any) -> None:
    for path in ("/api/orders/", "/api/orders/export/"):
        described = {parameter["name"] for parameter in schema["paths"][path]["get"]["parameters"]}
        assert described >= LIST_PARAMETERS


def test_every_operation_says_what_it_is_for_and_how_it_is_refused(schema: Any) -> None:
    def check(path: str, method: str, operation: dict[str, Any]) -> None:
        assert operation["summary"]
        assert operation["description"].endswith((".", "`"))
        demanded = {"400", "429", "503"}
        demanded |= {"401"} if operation.get("security") else set()
        demanded |= {"403"} if method != "get" else set()
        demanded |= {"413", "415"} if "requestBody" in operation else set()
        names = {each["name"] for each in operation.get("parameters", ())}
        demanded |= {"404"} if "{" in path or names & {"user", "page"} else set()
        assert demanded <= operation["responses"].keys()
        assert all(response["description"] for response in operation["responses"].values())
        for code in operation["responses"]:
            if code >= "400":
                content = operation["responses"][code]["content"]
                assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}

    assert failing(operations(schema), check) == []


def test_nothing_that_the_code_says_to_its_readers_is_told_to_users(schema: Any) -> None:
    text = orjson.dumps(schema).decode()
    views = [view.callback.cls for view in served() if hasattr(getattr(view, "callback", None), "cls")]
    docstrings = {kind.__doc__ for view in views for kind in view.__mro__ if kind.__module__.startswith("orders")}
    assert len(docstrings) > 3
    assert [said for said in docstrings if said and said.splitlines()[0] in text] == []
    assert "for the schema" not in text


def test_a_program_is_told_how_to_sign_in(schema: Any) -> None:
    [operation] = [found for path, _, found in operations(schema) if path == "/api/token/"]
    assert list(operation["requestBody"]["content"]) == ["application/json"]
    assert "security" not in operation
    assert '"Token"' in schema["components"]["securitySchemes"]["tokenAuth"]["description"]
    assert "`Token`" in schema["info"]["description"]
    assert "/api/docs/protocol/" in schema["info"]["description"]


def test_a_body_must_have_what_the_server_wants_and_may_be_a_list_where_it_takes_one(schema: Any) -> None:
    components, path = schema["components"]["schemas"], schema["paths"]["/api/orders/"]
    assert components["Amendment"]["required"] == ["expected_version"]
    assert components["ListAmendment"]["required"] == ["expected_version", "id"]
    several = {"type": "array", "items": {"$ref": "#/components/schemas/NewOrder"}, "minItems": 1, "maxItems": 1000}
    assert components["NewOrderOrList"]["oneOf"] == [{"$ref": "#/components/schemas/NewOrder"}, several]
    amended = path["patch"]["requestBody"]["content"]["application/json"]["schema"]
    assert (amended["minItems"], amended["maxItems"]) == (1, 1000)
    assert path["post"]["requestBody"]["required"] is True
    for name in ("NewOrder", "Amendment", "ListAmendment", "Cancel", "Report", "SignIn"):
        assert components[name]["additionalProperties"] is False
    for method in ("post", "patch"):
        assert "format" not in {each["name"] for each in path[method].get("parameters", ())}


def test_numbers_have_their_bounds_and_amounts_their_form(schema: Any) -> None:
    parameters = {
        each["name"]: each["schema"]
        for path in ("/api/orders/", "/api/events/")
        for each in schema["paths"][path]["get"]["parameters"]
    }
    for name, most in (("page", 2**31 - 1), ("page_size", 1000), ("limit", 1000), ("after", 2**63 - 1)):
        assert (parameters[name]["minimum"] <= 1, parameters[name]["maximum"]) == (True, most)
    quantity = schema["components"]["schemas"]["NewOrder"]["properties"]["quantity"]
    assert Draft202012Validator(quantity).is_valid("1234567.12345678")
    for wrong in ("", ".5", "1.", "-1", "1e3", "1_0", "1.123456789", "12345678.12345678", 1):
        assert not Draft202012Validator(quantity).is_valid(wrong), wrong


@pytest.mark.django_db(transaction=True)
def test_orders_and_events_have_the_described_fields(schema: Any, as_user: Any, alice: User) -> None:
    place(alice)
    components = schema["components"]["schemas"]
    for path, name in (("/api/orders/", "Order"), ("/api/events/", "Event")):
        [row] = as_user(alice).get(path).json()["results"]
        assert list(row) == list(components[name]["properties"])


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_as_described(
    schema: Any, as_user: Any, alice: User, desk: User, broker: User, aapl: Any
) -> None:
    components = as_json_schema(schema["components"])
    trader, watcher, executor, nobody = as_user(alice), as_user(desk), as_user(broker), APIClient()

    def check(client: APIClient, method: str, path: str, body: Any, status: int) -> None:
        answer: Any = client.generic(method.upper(), path, orjson.dumps(body), "application/json")
        assert answer.status_code == status, answer.content
        described = path.partition("?")[0].replace(f"/{order}/", "/{order_id}/")
        response = schema["paths"][described][method]["responses"][str(status)]
        told = as_json_schema(response["content"]["application/json"]["schema"])
        Draft202012Validator(told | {"components": components}).validate(answer.json())

    order = place(alice).pk
    report = {"exec_id": "x-1", "kind": "fill", "last_qty": "5", "last_price": "585.31"}
    one, several = ORDER | {"client_order_id": "a"}, [ORDER | {"client_order_id": "b"}, ORDER]
    assert (
        failing(
            [
                (trader, "post", "/api/orders/", one, 201),
                (trader, "post", "/api/orders/", one, 200),
                (trader, "post", "/api/orders/", one | {"quantity": "1"}, 409),
                (trader, "post", "/api/orders/", several, 201),
                (trader, "post", "/api/orders/", {}, 400),
                (trader, "get", "/api/orders/", None, 200),
                (trader, "get", "/api/orders/?page=9", None, 404),
                (trader, "get", "/api/orders/?nonsense=1", None, 400),
                (trader, "get", "/api/orders/?format=datatables&length=2", None, 200),
                (watcher, "get", "/api/orders/?format=datatables&user=*", None, 200),
                (nobody, "get", "/api/orders/", None, 401),
                (trader, "get", f"/api/orders/{order}/", None, 200),
                (executor, "post", f"/api/orders/{order}/executions/", report | {"last_qty": None}, 400),
                (executor, "post", f"/api/orders/{order}/executions/", report, 201),
                (executor, "post", f"/api/orders/{order}/executions/", report, 200),
                (trader, "post", f"/api/orders/{order}/executions/", report, 403),
                (trader, "patch", f"/api/orders/{order}/", {"expected_version": 9, "quantity": "20"}, 409),
                (trader, "patch", f"/api/orders/{order}/", {"expected_version": 2, "quantity": "20"}, 200),
                (trader, "patch", "/api/orders/", [{"id": order, "expected_version": 3, "text": "x"}], 200),
                (watcher, "patch", f"/api/orders/{order}/", {"expected_version": 4}, 403),
                (trader, "post", f"/api/orders/{order}/cancel/", {}, 200),
                (trader, "get", f"/api/orders/{order}/events/", None, 200),
                (trader, "get", "/api/events/?limit=3", None, 200),
                (trader, "get", "/api/events/?user=bob", None, 404),
                (trader, "get", "/api/me/", None, 200),
                (trader, "get", "/api/instruments/", None, 200),
                (trader, "get", "/api/instruments/?q=apple", None, 200),
                (trader, "get", "/api/demo/", None, 403),
                (nobody, "post", "/api/token/", {"username": "alice"}, 400),
            ],
            check,
        )
        == []
    )
