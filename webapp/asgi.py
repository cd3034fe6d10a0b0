"""The ASGI application: HTTP to Django, websockets to `orders.routing`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from orders.routing import websocket_application  # noqa: E402 the apps must be loaded first
from webapp.closing import allow_server_codes  # noqa: E402

allow_server_codes()

application = ProtocolTypeRouter({"http": django_application, "websocket": websocket_application})
