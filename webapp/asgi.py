"""The ASGI application: HTTP to Django, websockets to `orders.routing`."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402 the apps must be loaded first

from orders.routing import websocket_application  # noqa: E402
from webapp.handler import ThreadedHandler  # noqa: E402

application = ProtocolTypeRouter({"http": ThreadedHandler(), "websocket": websocket_application})

# Everything loaded so far stays in memory. A list of a thousand orders triggers the garbage collector several times,
# and without `freeze` it would scan all of this each time.
gc.collect()
gc.freeze()
