"""docs/api.md says what is so: its addresses are served, its JSON is JSON, its codes are the codes."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import get_resolver, resolve

from orders.api.errors import CODES
from orders.domain import errors
from orders.listing import filters
from tests.orders.builders import place
from tests.servers import ROOT

DOCS = (ROOT / "docs" / "api.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)


def commands() -> list[list[str]]:
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line.removeprefix("TOKEN=$(").partition(" | ")[0]) for line in lines if line]


@pytest.mark.parametrize("command", commands(), ids=lambda command: " ".join(command)[:60])
def test_every_command_goes_to_an_address_that_is_served(command: list[str]) -> None:
    assert command[0] == "curl"
    [address] = [word for word in command if word.startswith("http://127.0.0.1:8000/")]
    assert re.match(r"(?:orders|demo|webapp\.accounts)\.api\b", resolve(urlsplit(address).path).func.cls.__module__)
    for word in command:
        if word.startswith("{"):
            json.loads(word)


@pytest.mark.parametrize("block", blocks("json"))
def test_every_example_is_json(block: str) -> None:
    json.loads(block)


def test_every_address_is_described() -> None:
    routes = [pattern for included in get_resolver().url_patterns for pattern in getattr(included, "url_patterns", [])]
    api = {f"/{route.pattern}".replace("<int:order_id>", "{id}") for route in routes if "api/" in str(route.pattern)}
    assert api
    assert {path for path in api if f"{path}`" not in DOCS} == set()


def test_every_code_is_listed_with_its_status() -> None:
    raised = {
        (kind.status, kind.code) for kind in errors.OrderError.__subclasses__() if kind.__module__ == errors.__name__
    }
    listed = {(int(status), code) for status, code in re.findall(r"^\| (\d+) \| `(\w+)`", DOCS, re.MULTILINE)}
    assert raised | set(CODES.items()) <= listed


def test_every_parameter_of_the_list_is_described() -> None:
    assert {name for name in filters.LIST_PARAMETERS if f"`{name}`" not in DOCS} == set()


@pytest.mark.django_db
def test_the_documented_order_has_the_fields_of_an_order(as_user: Any, alice: User) -> None:
    order = place(alice)
    [documented] = [json.loads(block) for block in blocks("json") if '"client_order_id"' in block]
    assert list(documented) == list(as_user(alice).get(f"/api/orders/{order.pk}/").json())
