"""Queries that are worded once find the very rows that the ORM finds."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from market.models import Instrument
from orders.socket.auth import PERSON_OF_TOKEN
from orders.store.compiled_queries import GIVEN, Prepared
from orders.trading.placing import INSTRUMENT

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_row_is_what_the_orm_makes_of_it(alice: User, bob: User, aapl: Instrument) -> None:
    User.objects.update(last_login=alice.date_joined)
    for found, known in (
        (INSTRUMENT.first("AAPL"), Instrument.objects.get()),
        (PERSON_OF_TOKEN.first(Token.objects.create(user=bob).key), User.objects.get(username="bob")),
    ):
        assert found == known
        assert found is not None
        assert {name: repr(value) for name, value in vars(found).items() if name != "_state"} == {
            name: repr(value) for name, value in vars(known).items() if name != "_state"
        }
        assert not found._state.adding


def test_what_is_not_there_is_none(aapl: Instrument) -> None:
    assert INSTRUMENT.first("MSFT") is None
    assert INSTRUMENT.first("' OR 1=1 --") is None


def test_each_ask_reads_anew_with_one_query(aapl: Instrument) -> None:
    INSTRUMENT.first("AAPL")
    Instrument.objects.update(active=False)
    with CaptureQueriesContext(connection) as asked:
        found = INSTRUMENT.first("AAPL")
    assert found is not None
    assert model_to_dict(found)["active"] is False
    assert len(asked) == 1


def test_a_query_with_more_parameters_is_refused() -> None:
    with pytest.raises(ValueError, match="One value"):
        Prepared(User, username=GIVEN, email="x").first("alice")
