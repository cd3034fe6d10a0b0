"""The orders app: connects the signals of the event log and of live delivery; prepares the search index on migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "orders"

    def ready(self) -> None:
        from orders.listing import search_index
        from orders.live import signals as live
        from orders.log import signals as log

        log.connect()
        live.connect()
        post_migrate.connect(search_index.prepare, sender=self)
