"""A client on a bad line: it takes a connection for dead that has been silent for two heartbeats, as the page does."""

from __future__ import annotations

import json
import time
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.faults.clients import Client
from tests.faults.patience import HANG_SECONDS, HEARTBEAT_SECONDS
from tests.servers import wait_for

STALE_SECONDS = 2 * HEARTBEAT_SECONDS
SOME = 5


class Watchful(Client):
    patience = STALE_SECONDS

    def _read(self, socket: Any) -> None:
        try:
            while True:
                text = socket.recv(timeout=self.patience)
                self.frames.append(text)
                self._take(json.loads(text))
        except (ConnectionClosed, TimeoutError):
            self.closed_at.append(time.time())
            self.codes.append(socket.close_code)


class Calm(Watchful):
    """Where the machine may be busy for a while."""

    patience = 15.0


def goes_on(client: Client) -> None:
    """Waits for some more events."""
    last = client.last or 0
    wait_for(lambda: (client.last or 0) > last + SOME, "events arriving", HANG_SECONDS)
