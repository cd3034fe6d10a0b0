"""Every link and every button of the admin leads somewhere."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import CharField, Model
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from orders.domain.lifecycle import Status
from tests.orders.builders import order_in
from tests.servers import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

LINK = re.compile(r'(?:href|action)="([^"]*)"')
# Sorting, filters and pages make ever new addresses of the same list: a few of each are looked at.
QUERIES_A_PAGE = 12
# What leads out of the admin, or ends the session.
LEFT_ALONE = re.compile(r"/admin/(logout|jsi18n)/|/static/")


@pytest.fixture
def client(administrator: User, alice: User, aapl: Any) -> Client:
    """An administrator, on a site that has something of everything."""
    client = Client()
    client.post("/admin/login/", {"username": "admin", "password": PASSWORD})
    order_in(Status.PARTIALLY_FILLED, alice)
    alice.groups.add(Group.objects.create(name="desk"))
    Token.objects.create(user=alice)
    tried = {"username": "bob", "ip_address": "127.0.0.1", "user_agent": "x", "http_accept": "x", "path_info": "/"}
    AccessAttempt.objects.create(**tried, get_data="", post_data="", failures_since_start=1)
    AccessFailureLog.objects.create(**tried)
    AccessLog.objects.create(**tried)
    return client


def links(page: str, text: str) -> set[str]:
    found = {urljoin(page, unescape(link)).split("#")[0] for link in LINK.findall(text)}
    return {link for link in found if link.startswith("/admin/") and not LEFT_ALONE.search(link)}


def pages_of_all_models() -> list[str]:
    """Every model's pages, whether something leads there or not."""
    found = ["/admin/"]
    for model in admin.site._registry:
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{names}_changelist"), reverse(f"{names}_add")]
        for each in model._default_manager.all()[:1]:
            found += [reverse(f"{names}_{page}", args=[key(each)]) for page in ("change", "history", "delete")]
    return found


def key(each: Model) -> str:
    return str(each.pk)


def is_allowed(path: str) -> bool:
    """Whether the product says that nobody adds or deletes there."""
    kind = re.match(r"/admin/(\w+)/(\w+)/(?:.+/)?(add|delete)/", path)
    return kind is None or (kind[1], kind[2], kind[3]) not in {
        ("orders", "order", "delete"),
        ("orders", "orderevent", "add"),
        ("orders", "orderevent", "delete"),
        ("axes", "accessattempt", "add"),
        ("axes", "accessfailurelog", "add"),
        ("axes", "accesslog", "add"),
    }


def test_every_link_of_every_page_of_the_admin_leads_somewhere(client: Client) -> None:
    waiting, seen, wrong = pages_of_all_models(), set[str](), {}
    queries: dict[str, int] = {}
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code not in ((200, 302) if is_allowed(path) else (403,)):
            wrong[path] = answer.status_code
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        for link in sorted(links(path, answer.content.decode())):
            page = urlsplit(link).path
            queries[page] = queries.get(page, 0) + 1
            if queries[page] <= QUERIES_A_PAGE:
                waiting.append(link)

    assert wrong == {}
    assert len([path for path in seen if "/history/" in path]) >= len(admin.site._registry) - 2


@pytest.mark.parametrize(("model", "field"), [("order", "user"), ("order", "symbol")])
def test_what_is_completed_as_one_types_is_found(client: Client, model: str, field: str) -> None:
    parameters = {"term": "a", "app_label": "orders", "model_name": model, "field_name": field, "page": "1"}

    assert client.get("/admin/autocomplete/", parameters).json()["results"]


def test_the_history_of_an_order_tells_what_was_done_to_it_in_the_admin(client: Client, alice: User) -> None:
    order = order_in(Status.NEW, alice)
    path = f"/admin/orders/order/{order.pk}"
    form = {"quantity": "19", "price": "585.33", "stop_price": "", "text": "", "expected_version": "2"}
    form |= {"executions-TOTAL_FORMS": "0", "executions-INITIAL_FORMS": "0"}
    assert client.post(f"{path}/change/", form).status_code == 302

    page = client.get(f"{path}/history/")

    assert page.status_code == 200
    assert "Changed Quantity" in page.content.decode()


@pytest.mark.parametrize("chosen", ["abc", "9" * 25, "-1", "1.5", "1_0", "\u0661"])
def test_an_action_on_what_is_no_id_does_nothing_on_any_list_and_says_so(client: Client, chosen: str) -> None:
    for model in admin.site._registry:
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        before = model._default_manager.count()
        answer = client.post(page, {"action": "delete_selected", "_selected_action": [chosen]}, follow=True)
        assert answer.status_code == 200, page
        is_text = isinstance(model._meta.pk, CharField)  # then it might be one, and nothing has it
        assert is_text or "Nothing was done." in answer.content.decode(), page
        assert model._default_manager.count() == before
