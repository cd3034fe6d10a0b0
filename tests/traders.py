"""Traders that one test alone knows, made in a running server many at a time: signed in already, and with a token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.servers import PASSWORD, Server

ENLIST = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from rest_framework.authtoken.models import Token

hashed = make_password({password!r})
made = []
with transaction.atomic():
    for name in {names!r}:
        user = User.objects.create(username=name, password=hashed)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        made.append([name, Token.objects.create(user=user).key, session.session_key])
print("made", json.dumps(made))
"""

Order = dict[str, Any]

_numbers = count(1)


@dataclass(frozen=True)
class Trader:
    server: Server
    name: str
    token: str
    session: str

    def __str__(self) -> str:
        return self.name

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return self.server.request(method, path, body, Authorization=f"Token {self.token}")

    def get(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def place(self, **terms: Any) -> Order:
        """Buy 100 AAPL at 585.33, day, unless told otherwise."""
        status, order = self.ask("POST", "/api/orders/", new_order(**terms))
        assert status == 201, order
        return dict(order)

    def place_many(self, orders: list[Order]) -> list[Order]:
        """All of them in one transaction, oldest first."""
        status, placed = self.ask("POST", "/api/orders/", orders)
        assert status == 201, placed
        return list(placed)

    def amend(self, order: Order, **changes: str) -> Order:
        body = {"expected_version": self.order(order["id"])["version"], **changes}
        status, amended = self.ask("PATCH", f"/api/orders/{order['id']}/", body)
        assert status == 200, amended
        return dict(amended)

    def order(self, order_id: int) -> Order:
        return dict(self.get(f"/api/orders/{order_id}/"))

    def orders(self, **parameters: str) -> list[Order]:
        """As REST lists them, newest first unless told otherwise."""
        return list(self.get(f"/api/orders/?{urlencode({'page_size': '1000', **parameters})}")["results"])

    def head(self) -> int:
        return int(self.get("/api/events/?limit=1")["head"])

    def report(self, order: Order, kind: str, **terms: str) -> Order:
        """What the broker says of this order, under an ExecID of its own."""
        body = {"exec_id": f"exec-{next(_numbers)}", "kind": kind, **terms}
        path = f"/api/orders/{order['id']}/executions/"
        status, executed = self.server.request("POST", path, body, user="broker")
        assert status == 201, executed
        return dict(executed)

    def fill(self, order: Order, quantity: str, price: str = "585.33") -> Order:
        return self.report(order, "fill", last_qty=quantity, last_price=price)


def new_order(**terms: Any) -> Order:
    return {"symbol": "AAPL", "side": "buy", "order_type": "limit", "quantity": "100", "price": "585.33", **terms}


def enlist(server: Server, number: int) -> list[Trader]:
    """So many new traders without orders."""
    names = [f"trader-{next(_numbers)}" for _ in range(number)]
    printed = server.shell(ENLIST.format(password=PASSWORD, names=names))
    made = json.loads(printed.split("made ", 1)[1])
    return [Trader(server, name, token, session) for name, token, session in made]
