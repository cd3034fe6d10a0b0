"""The admin's forms and lists: read as every other way in reads, written as every other way out writes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from market.models import Instrument
from orders.domain.errors import ValidationFailed
from orders.domain.lifecycle import Status
from orders.models import Order
from orders.trading import limits
from tests.market.values.test_decimals import FOREIGN
from tests.orders.admin.test_admin import BACKEND, LIST, act, amended, typed
from tests.orders.builders import fill, fresh, order_in
from tests.tables import failing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator, BACKEND)
    return client


def test_saving_what_a_form_would_have_trimmed_or_rounded_makes_no_event(admin: Client, alice: User) -> None:
    padded = order_in(Status.NEW, alice, text="  padded note ", quantity="10", price="0.1")
    broken = order_in(Status.NEW, alice)
    Order.objects.filter(pk=broken.pk).update(text="two\nlines")  # from a shell; a browser's box shows one line
    for order in (fresh(padded), fresh(broken)):
        page = admin.get(f"{LIST}{order.pk}/change/").content.decode()
        sent = amended(order, quantity="100" if order.pk == broken.pk else "10", expected_version=str(order.version))
        assert f'value="{sent["quantity"]}"' in page
        saved = admin.post(f"{LIST}{order.pk}/change/", sent | {"text": order.text.replace("\n", "")})
        assert saved.status_code == 302, saved.content.decode()
        assert fresh(order).version == order.version
    assert 'value="  padded note "' in admin.get(f"{LIST}{padded.pk}/change/").content.decode()


def test_text_is_kept_as_it_was_typed(admin: Client, alice: User, aapl: Instrument) -> None:
    admin.post(f"{LIST}add/", typed(alice, aapl, text=" mine "))
    order = Order.objects.get()
    act(admin, "reject", order, confirmed="yes", text=" ")
    assert (fresh(order).text, fresh(order).status) == (" mine ", "pending_new")
    act(admin, "reject", order, confirmed="yes", text=" too far ")
    assert (fresh(order).text, fresh(order).status) == (" too far ", "rejected")


def test_what_is_refused_only_at_the_commit_is_told_and_nothing_is_placed(
    admin: Client, alice: User, aapl: Instrument, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValidationFailed("You may have 3 open orders at most.")

    settings.ORDERS_MAX_OPEN = 3
    monkeypatch.setattr(limits._AtCommit, "before_commit", staticmethod(refuse))
    answer = admin.post(f"{LIST}add/", typed(alice, aapl), follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert (answer.status_code, told) == (200, ["You may have 3 open orders at most."])
    assert not Order.objects.exists()


def test_a_number_is_typed_as_it_is_sent(admin: Client, alice: User, aapl: Instrument) -> None:
    order = order_in(Status.NEW, alice)
    instrument = {"name": "Apple", "currency": "USD", "tick_size": "0.01", "lot_size": "1", "price_decimals": "2"}

    def check(text: str) -> None:
        for path, form in (
            (f"/admin/market/instrument/{aapl.pk}/change/", instrument | {"tick_size": text}),
            (f"/admin/market/instrument/{aapl.pk}/change/", instrument | {"price_decimals": text}),
            (f"{LIST}add/", typed(alice, aapl, quantity=text)),
            (f"{LIST}{order.pk}/change/", amended(order, quantity=text)),
            (f"{LIST}{order.pk}/change/", amended(order, text="new", expected_version=text)),
        ):
            assert admin.post(path, form).status_code == 200, path
        act(admin, "fill", order, confirmed="yes", last_qty=text, last_price="5", text="")

    assert failing(FOREIGN[::4], check) == []
    answer = act(admin, "fill", order, confirmed="yes", last_qty="0", last_price="0", text="")
    assert "Must be greater than 0." in answer.content.decode()
    assert (Order.objects.count(), fresh(order).version) == (1, 2)


@pytest.mark.parametrize("chosen", ["abc", "9" * 25, "", "1_0", "１", "-1", "1.0", "\0"])
def test_an_action_on_what_is_no_order_does_nothing_and_says_so(admin: Client, alice: User, chosen: str) -> None:
    order = order_in(Status.NEW, alice)
    for action in ("request_cancel", "step_accept"):
        answer = admin.post(LIST, {"action": action, "_selected_action": [str(order.pk), chosen]}, follow=True)
        assert answer.status_code == 200
        assert "There are no such orders. Nothing was done." in answer.content.decode()
    assert fresh(order).version == 2


def test_numbers_and_names_read_as_everywhere(admin: Client, alice: User) -> None:
    order = fill(order_in(Status.NEW, alice, quantity="10", price="230.05"), "4", "230.05")
    done = fill(order_in(Status.NEW, alice, quantity="10", price="230.05"), "10", "230.05")
    pages = [
        admin.get(path).content.decode()
        for path in (
            LIST,
            f"{LIST}{order.pk}/change/",
            f"{LIST}{done.pk}/change/",
            "/admin/",
            "/admin/market/instrument/",
        )
    ]
    told = act(admin, "expire", done, confirmed="yes", text="why").content.decode() + "".join(pages)
    assert re.search(r"\.[0-9]*00000", told) is None
    for name in ("Symbol id", "Django administration", "Axes", ">None<"):
        assert name not in told, name
    assert '<td class="field-cum_qty">4</td>' in pages[0]
    assert "Order monitor" in pages[0]
    assert "Sign-ins" in pages[3]
    assert f"buy 10 AAPL ({done.pk}), Filled" in told
    refused = admin.post(LIST, {"action": "request_cancel", "_selected_action": [done.pk]}, follow=True)
    assert f"Buy 10 AAPL ({done.pk}): An order that is filled" in refused.content.decode()


def test_one_who_may_only_look_reads_the_same_numbers(alice: User, bob: User) -> None:
    bob.is_staff = True
    bob.save(update_fields=["is_staff"])
    bob.user_permissions.add(Permission.objects.get(codename="view_order"))
    client = Client()
    client.force_login(bob, BACKEND)
    page = client.get(f"{LIST}{order_in(Status.NEW, alice).pk}/change/").content.decode()
    assert "585.33" in page
    assert "585.330" not in page
    assert 'name="quantity"' not in page
