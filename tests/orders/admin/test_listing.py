"""The admin's list of orders: what it counts, what it only says is more, and what it need not count at all."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.admin import listing
from tests.orders.builders import place

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/orders/order/"


@pytest.fixture
def admin(administrator: User, aapl: object) -> Client:
    client = Client()
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.both_databases
def test_the_whole_list_is_counted_without_a_look_at_the_orders(admin: Client, alice: User, bob: User) -> None:
    for user in (alice, alice, bob):
        place(user)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = admin.get(LIST).content.decode()
    assert "3 orders" in page
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"] and "orders_order" in query["sql"]]


@pytest.mark.both_databases
def test_a_narrowed_list_is_counted_up_to_a_point_and_then_says_so(
    admin: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = [place(alice, text=text) for text in ("one", "one", "one", "other")]
    monkeypatch.setattr(listing, "EXACT", 2)
    many = admin.get(LIST, {"q": "one"}).content.decode()
    assert "2+ orders" in many
    assert f"/{placed[2].pk}/change/" in many
    few = admin.get(LIST, {"side__exact": "buy", "q": "other"}).content.decode()
    assert "1 order" in few
    assert "+ order" not in few
    assert f"/{placed[3].pk}/change/" in few


def test_few_orders_come_in_the_order_that_was_asked_for(admin: Client, alice: User) -> None:
    first, second = place(alice, text="one"), place(alice, text="one")
    newest, oldest = (admin.get(LIST, {"q": "one"} | more).content.decode() for more in ({}, {"o": "1"}))
    assert newest.index(f"/{second.pk}/change/") < newest.index(f"/{first.pk}/change/")
    assert oldest.index(f"/{first.pk}/change/") < oldest.index(f"/{second.pk}/change/")
