"""Model fields that behave the same on SQLite and PostgreSQL: exact decimals, text that sorts bytewise, symbols."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from market.values.forms import AmountFormField


class AmountField(models.DecimalField):
    """A quantity or price: at most 15 digits before the point, 8 after it.

    SQLite stores decimals as 8-byte floats: the shortest text of the same float restores 15 significant digits exactly.
    `as_stored` rounds longer numbers, which each database would otherwise round in its own way.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 23
        kwargs["decimal_places"] = 8
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, list(args), kwargs

    def get_internal_type(self) -> str:
        return "AmountField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "decimal" if connection.vendor == "sqlite" else f"numeric({self.max_digits}, {self.decimal_places})"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        return value if value is None or isinstance(value, Decimal) else Decimal(repr(value))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": AmountFormField} | kwargs)

    def as_stored(self, value: Any, connection: BaseDatabaseWrapper) -> Decimal:
        """The number that a later read returns: half-even to 8 decimals and, on SQLite, the nearest float."""
        with localcontext(prec=60):
            rounded = Decimal(value).quantize(Decimal(1).scaleb(-self.decimal_places), ROUND_HALF_EVEN)
        return Decimal(repr(float(rounded))) if connection.vendor == "sqlite" else rounded

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        prepared = super().get_db_prep_save(value, connection)
        if prepared is None or hasattr(prepared, "resolve_expression"):
            return prepared
        stored = self.as_stored(prepared, connection)
        return float(stored) if connection.vendor == "sqlite" else stored


class ExactDecimalField(models.CharField):
    """A decimal of any length, kept as text: for sums that no column type of both databases holds exactly."""

    _pyi_private_set_type: Decimal  # type: ignore[assignment] # for mypy, not for Python
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 80
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, list(args), kwargs

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Decimal) else Decimal(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else format(value, "f")


class BytewiseCharField(models.CharField):
    """Text that sorts by code point whatever the database's locale: SQLite does, PostgreSQL needs the C collation."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class SymbolDescriptor(ForwardManyToOneDescriptor):
    """Lets `order.symbol` be set by name; the database still checks that the name exists."""

    def __set__(self, instance: Any, value: Any) -> None:
        if isinstance(value, str):
            setattr(instance, self.field.attname, value)
        else:
            super().__set__(instance, value)


class SymbolField(models.ForeignKey):
    """A reference to an instrument by its symbol, so that sorting and searching by symbol needs no join."""

    forward_related_accessor_class = SymbolDescriptor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"to": "market.Instrument", "to_field": "symbol", "db_column": "symbol", "on_delete": models.PROTECT}
        super().__init__(*args, **kwargs)
