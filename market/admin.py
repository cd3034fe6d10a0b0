"""Instruments in the admin: the one place where they are edited."""

from django.contrib import admin

from market.models import Instrument


@admin.register(Instrument)
class InstrumentAdmin(admin.ModelAdmin):
    list_display = ["symbol", "name", "currency", "tick_size", "lot_size", "price_decimals", "feed_symbol", "active"]
    list_filter = ["active", "currency"]
    search_fields = ["symbol", "name", "feed_symbol"]
    ordering = ["symbol"]

    def get_readonly_fields(self, request: object, obj: Instrument | None = None) -> list[str]:
        """Orders refer to an instrument by its symbol, so it stays."""
        return ["symbol"] if obj else []
