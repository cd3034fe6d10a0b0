"""The one list of an order's fields is true of what readers get and of what is stored."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import models

from market.values.fields import AmountField
from orders.domain import fields, rows
from orders.domain.fields import FIELDS, NAMES, SORTS, Field, Value
from orders.models import Order
from tests.orders.builders import place

STORED = {
    Value.WHOLE: models.IntegerField,
    Value.AMOUNT: AmountField,
    Value.TIME: models.DateTimeField,
    Value.CHOICE: models.CharField,
    Value.TEXT: models.CharField,
}


def stored(field: Field) -> models.Field:
    """What Django finds at the end of its path."""
    model: type[models.Model] = Order
    *path, last = (field.column or field.name).split("__")
    for name in path:
        model = model._meta.get_field(name).related_model
    found = next(each for each in model._meta.concrete_fields if last in (each.name, each.attname))
    return found.output_field if isinstance(found, models.GeneratedField) else found


@pytest.mark.django_db
def test_a_row_has_them_all_in_their_turn(alice: User) -> None:
    assert tuple(rows.order_row(place(alice))) == NAMES


@pytest.mark.parametrize("field", FIELDS, ids=NAMES)
def test_each_is_stored_as_it_is_told(field: Field) -> None:
    found = stored(field)
    if field.name != "symbol":  # a reference, to a text
        assert isinstance(found, STORED[field.value])
    assert found.null == field.is_nullable
    assert [value for value, _ in found.choices or ()] == list(field.choices or ())


def test_whatever_can_be_sorted_by_is_in_an_index_of_one_s_orders() -> None:
    indexed = {names for index in Order._meta.indexes for names in index.fields}
    indexed |= {name for constraint in Order._meta.constraints for name in getattr(constraint, "fields", ())}
    assert set(SORTS) <= indexed
    assert set(SORTS) == set(NAMES) - {"arrival_price"}


def test_amounts_and_numbers_are_told_apart() -> None:
    assert {"id", "version"} == fields.WHOLE_NUMBERS
    assert {"price", "arrival_price"} < fields.AMOUNTS
    assert not fields.AMOUNTS & (fields.WRITTEN | fields.TIMES)
