"""The instruments' admin: the only page that edits them."""

from django import forms
from django.contrib import admin
from django.db.models import PositiveSmallIntegerField

from market.catalog.admin_columns import amount_column
from market.models import Instrument
from market.values.forms import TextFormField, WholeFormField


class InstrumentForm(forms.ModelForm):
    class Meta:
        field_classes = {"name": TextFormField}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.strip():
            raise forms.ValidationError("Enter a name.")
        return name


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    form = InstrumentForm
    list_display = [
        *("symbol", "name", "currency", amount_column("tick_size"), amount_column("lot_size"), "price_decimals"),
        *("feed_symbol", "active"),
    ]
    list_filter = ["active", "currency"]
    formfield_overrides = {PositiveSmallIntegerField: {"form_class": WholeFormField}}
    search_fields = ["symbol", "name", "feed_symbol"]
    ordering = ["symbol"]

    def get_readonly_fields(self, request: object, obj: Instrument | None = None) -> list[str]:
        """Make the symbol of a stored instrument read-only, because orders refer to it."""
        return ["symbol"] if obj else []
