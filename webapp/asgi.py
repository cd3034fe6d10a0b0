"""The ASGI application: HTTP to Django, websockets to `orders.routing`."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished
from django.db import connections

django_application = get_asgi_application()

from orders.routing import websocket_application  # noqa: E402 the apps must be loaded first
from webapp.closing import allow_server_codes  # noqa: E402

allow_server_codes()


def close_connections(**kwargs: Any) -> None:
    """Each request has a thread of its own, so a connection it left open would serve nobody until it is collected."""
    connections.close_all()


request_finished.connect(close_connections)

application = ProtocolTypeRouter({"http": django_application, "websocket": websocket_application})
