"""The OpenAPI description: generated without a warning, and true of what the API answers."""

from __future__ import annotations

from io import StringIO
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import get_resolver

from orders.filters import LIST_PARAMETERS
from tests.orders.builders import place


@pytest.fixture(scope="module")
def schema() -> Any:
    written = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=written)
    return orjson.loads(written.getvalue())


def test_every_address_of_the_api_is_described(schema: Any) -> None:
    served = {
        f"/{pattern.pattern}"
        for included in get_resolver().url_patterns
        for pattern in getattr(included, "url_patterns", [])
    }
    api = {path.replace("<int:order_id>", "{order_id}") for path in served if path.startswith("/api/")}
    assert api
    assert api <= schema["paths"].keys()


def test_every_filter_is_described(schema: Any) -> None:
    for path in ("/api/orders/", "/api/orders/export/"):
        described = {parameter["name"] for parameter in schema["paths"][path]["get"]["parameters"]}
        assert described >= LIST_PARAMETERS


@pytest.mark.django_db(transaction=True)
def test_orders_and_events_have_the_described_fields(schema: Any, as_user: Any, alice: User) -> None:
    place(alice)
    components = schema["components"]["schemas"]
    for path, name in (("/api/orders/", "Order"), ("/api/events/", "Event")):
        [row] = as_user(alice).get(path).json()["results"]
        assert list(row) == list(components[name]["properties"])
