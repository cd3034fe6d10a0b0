"""The ASGI application: HTTP to Django, websockets to `orders.routing`."""

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402 the apps must be loaded first

from orders.routing import websocket_application  # noqa: E402
from webapp.daphne.body_limit import keep_bodies_small, leave_forms_to_django  # noqa: E402
from webapp.daphne.close_codes import allow_server_codes  # noqa: E402
from webapp.daphne.direct_send import send_at_once  # noqa: E402
from webapp.daphne.drain import finish_requests  # noqa: E402
from webapp.daphne.flow_control import share_fairly  # noqa: E402
from webapp.handler import ThreadedHandler  # noqa: E402
from webapp.launch.listener import let_in  # noqa: E402

allow_server_codes()
keep_bodies_small()
leave_forms_to_django()
share_fairly()
send_at_once()
finish_requests()

application = ProtocolTypeRouter({"http": ThreadedHandler(), "websocket": websocket_application})

# What is loaded by now stays: a list of a thousand orders sets the collector off several times, and it walked through
# all of this each time.
gc.collect()
gc.freeze()

# All that is slow has been loaded: from now on there is somebody to answer.
let_in(sys.argv)
