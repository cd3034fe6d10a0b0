"""Instruments: what the demo has, what the database refuses, and what stays once orders refer to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from demo.instruments import make_instruments
from market.models import Instrument


def test_whole_prices_and_quantities_are_valid_for_the_instruments_that_clients_rely_on(db: None) -> None:
    make_instruments()

    found = Instrument.objects.filter(symbol__in=["BTCUSD", "BTCEUR", "ETHUSD", "ETHEUR", "AAPL"])

    assert found.count() == 5
    assert all(1 % instrument.tick_size == 0 and 1 % instrument.lot_size == 0 for instrument in found)
    assert all(instrument.active for instrument in found)


def test_every_demo_instrument_is_valid_and_shows_its_smallest_step(db: None) -> None:
    assert make_instruments() >= 40

    for instrument in Instrument.objects.all():
        instrument.full_clean()
        assert instrument.tick_size == round(instrument.tick_size, instrument.price_decimals)


def test_making_the_demo_again_leaves_what_somebody_has_edited(db: None) -> None:
    make_instruments()
    Instrument.objects.filter(symbol="AAPL").update(name="Apple, edited", active=False)

    assert make_instruments() == 0

    edited = Instrument.objects.get(symbol="AAPL")
    assert (edited.name, edited.active) == ("Apple, edited", False)


@pytest.mark.parametrize(
    "wrong", [{"tick_size": Decimal(0)}, {"tick_size": Decimal(-1)}, {"lot_size": Decimal(0)}, {"price_decimals": 9}]
)
@pytest.mark.both_databases
def test_the_database_refuses_steps_that_nothing_is_a_multiple_of(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Instrument.objects.create(**{"symbol": "X", "name": "X", "currency": "USD"} | wrong)


@pytest.mark.both_databases
def test_steps_come_back_with_exactly_the_digits_they_were_given(db: None) -> None:
    Instrument.objects.create(
        symbol="X", name="X", currency="USD", tick_size=Decimal("0.00000001"), lot_size=Decimal("0.1")
    )

    stored = Instrument.objects.get(symbol="X")

    assert (stored.tick_size, stored.lot_size) == (Decimal("0.00000001"), Decimal("0.1"))


@pytest.mark.both_databases
def test_symbols_sort_bytewise(db: None) -> None:
    for symbol in ("B", "A.B", "A-B", "AB", "1A"):
        Instrument.objects.create(symbol=symbol, name=symbol, currency="USD")

    assert [instrument.symbol for instrument in Instrument.objects.order_by("symbol")] == [
        "1A",
        "A-B",
        "A.B",
        "AB",
        "B",
    ]


def test_the_admin_edits_an_instrument_but_not_the_symbol_that_orders_refer_to(
    administrator: User, aapl: Instrument
) -> None:
    client = Client()
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    typed = {"symbol": "OTHER", "name": "Apple Inc.", "currency": "USD", "tick_size": "0.05", "lot_size": "1"}

    answer = client.post(f"/admin/market/instrument/{aapl.pk}/change/", typed | {"price_decimals": "2", "active": "on"})

    assert answer.status_code == 302
    aapl.refresh_from_db()
    assert (aapl.symbol, aapl.name, aapl.tick_size) == ("AAPL", "Apple Inc.", Decimal("0.05"))


@pytest.mark.parametrize("name", ["evil\u202etxt", "be\u0007ll", "zero\u200bwidth"])
def test_a_name_that_cannot_be_read_as_it_stands_is_refused_in_the_admin(
    administrator: User, aapl: Instrument, name: str
) -> None:
    client = Client()
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    typed = {"name": name, "currency": "USD", "tick_size": "0.05", "lot_size": "1", "price_decimals": "2"}

    answer = client.post(f"/admin/market/instrument/{aapl.pk}/change/", typed)

    assert answer.status_code == 200
    assert "characters are not allowed" in answer.text
    aapl.refresh_from_db()
    assert aapl.name != name


def test_the_admin_keeps_the_blanks_of_a_name_but_takes_none_alone(administrator: User, aapl: Instrument) -> None:
    client = Client()
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    path = f"/admin/market/instrument/{aapl.pk}/change/"
    typed = {"currency": "USD", "tick_size": "0.05", "lot_size": "1", "price_decimals": "2", "active": "on"}

    saved, refused = (client.post(path, typed | {"name": name}) for name in (" Apple  Inc. ", "  "))

    assert (saved.status_code, refused.status_code) == (302, 200)
    assert "Enter a name." in refused.text
    aapl.refresh_from_db()
    assert (aapl.name, aapl.currency) == (" Apple  Inc. ", "USD")
