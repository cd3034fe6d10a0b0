"""WebSocket routing: `/ws/` is served, every other path is refused."""

from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from orders.socket.consumer import OrdersConsumer

consumer: Any = OrdersConsumer.as_asgi()
denier: Any = WebsocketDenier.as_asgi()
routes: Any = [path("ws/", consumer), re_path("", denier)]
websocket_application = URLRouter(routes)
