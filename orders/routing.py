"""Where websockets go: `/ws/`, and nowhere else."""

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from orders.consumers import OrdersConsumer

websocket_application = URLRouter([path("ws/", OrdersConsumer.as_asgi()), re_path("", WebsocketDenier.as_asgi())])
