"""What no list of the admin sends is answered and never an error of the site."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.orders.builders import place
from tests.tables import failing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ORDERS = "/admin/orders/order/"
AUTOCOMPLETE = "/admin/autocomplete/?app_label=orders&model_name=order&field_name=user"


@pytest.fixture
def client(administrator: User, alice: User, aapl: object) -> Client:
    place(alice)
    client = Client()
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "lookup",
    [
        *(f"created_at__year={year}" for year in ("9" * 25, "99999", "0", "-1")),
        *(
            "created_at__gte=0001-01-01T00:00:00%2B23:00",
            "text__regex=(",
            "client_order_id__iregex=%5B",
            "side__nothing=1",
        ),
    ],
)
def test_a_filter_that_can_t_be_looked_up_leads_to_the_whole_list(client: Client, lookup: str) -> None:
    answer = client.get(f"{ORDERS}?{lookup}")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{ORDERS}?e=1")
    assert client.get(f"{ORDERS}?e=1").status_code == 200


@pytest.mark.parametrize("lookup", [f"id__in={'9' * 25}", f"user__id__exact={'9' * 25}", f"id__exact={'9' * 25}"])
def test_an_id_that_no_database_knows_is_no_error(client: Client, lookup: str) -> None:
    assert client.get(f"{ORDERS}?{lookup}").status_code in (200, 302)


def test_every_list_of_the_admin_answers_so(client: Client) -> None:
    times = {"user": "date_joined", "orderevent": "at", "accesslog": "attempt_time", "tokenproxy": "created"}

    def check(model: str, time: str) -> None:
        [found] = [each for each in admin.site._registry if each._meta.model_name == model]
        path = reverse(f"admin:{found._meta.app_label}_{model}_changelist")
        answer = client.get(path, {f"{time}__year": "9" * 25})
        assert answer.headers["Location"] == f"{path}?e=1"

    assert failing(times.items(), check) == []


def test_a_nul_among_the_parameters_of_any_page_is_refused(client: Client) -> None:
    def check(path: str) -> None:
        assert client.get(path).status_code == 400

    pages = [
        *(f"{ORDERS}?status__exact=%00", f"{ORDERS}?side__exact=%00x", f"{ORDERS}?q=%00", f"{ORDERS}?a%00=1"),
        *("/admin/market/instrument/?currency=%00", "/admin/axes/accesslog/?username=%00", f"{AUTOCOMPLETE}&term=%00"),
        *("/?symbol=%00", "/accounts/login/?next=/%00"),
    ]
    assert failing([(page,) for page in pages], check) == []
    utf_7 = client.generic("GET", f"{ORDERS}?side=%2BAAA-", b"x", "text/plain; charset=utf-7")
    assert utf_7.status_code == 400
    assert client.get("/api/orders/?symbol=%00").json()["fields"].keys() == {"symbol"}
