"""Instruments in the admin: the one place where they are edited."""

from django.contrib import admin
from django.db.models import PositiveSmallIntegerField

from market.admin_columns import amount_column
from market.forms import WholeFormField
from market.models import Instrument


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    list_display = [
        *("symbol", "name", "currency", amount_column("tick_size"), amount_column("lot_size"), "price_decimals"),
        *("feed_symbol", "active"),
    ]
    list_filter = ["active", "currency"]
    formfield_overrides = {PositiveSmallIntegerField: {"form_class": WholeFormField}}
    search_fields = ["symbol", "name", "feed_symbol"]
    ordering = ["symbol"]

    def get_readonly_fields(self, request: object, obj: Instrument | None = None) -> list[str]:
        """Orders refer to an instrument by its symbol, so it stays."""
        return ["symbol"] if obj else []
