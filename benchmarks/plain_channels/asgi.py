"""The baseline's ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.plain_channels.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

django_application = get_asgi_application()

from benchmarks.plain_channels.consumers import OrdersConsumer, QuotesConsumer  # noqa: E402 the apps must be loaded first

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": URLRouter(
            [path("ws/", OrdersConsumer.as_asgi()), path("ws/quotes/", QuotesConsumer.as_asgi())],
        ),
    }
)
