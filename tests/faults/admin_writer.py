"""An administrator who types orders in: the admin's own forms, with their tokens and redirects, for one trader."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.faults.http_writer import HttpWriter
from tests.faults.ledger import Ledger
from tests.faults.site import Site
from tests.traders import Trader, new_order

SIGNED_IN = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User

admin = User.objects.get(username="admin")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(admin.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = admin.get_session_auth_hash()
session.save()
print("made", json.dumps([session.session_key, User.objects.get(username={name!r}).pk]))
"""
ADD = "/admin/orders/order/add/"
# In the cookie and in the form; that both are the same is all that is asked of it.
TOKEN = "a" * 32
NO_EXECUTIONS = {"executions-TOTAL_FORMS": "0", "executions-INITIAL_FORMS": "0"}


@dataclass
class Entered:
    id: int
    version: int


class AdminWriter(HttpWriter):
    """Enters an order and amends it twice, over and over; what the admin confirms by its redirect is acknowledged."""

    def __init__(self, site: Site, trader: Trader, ledger: Ledger, rate: float = 5, first: int = 0) -> None:
        super().__init__(site, ledger, rate, first)
        self._trader = trader
        printed = site.servers[0].shell(SIGNED_IN.format(name=trader.name))
        session, self._owner = json.loads(printed.split("made ", 1)[1])
        self._headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        }
        self._order: Entered | None = None

    def _step(self, number: int) -> None:
        if self._order is None or number % 3 == 1:
            self._order = self._enter(f"{self._mark}-{number}")
        else:
            self._amend(self._order, f"{self._mark} amends {number}")

    def _enter(self, mark: str) -> Entered | None:
        terms = new_order(user=str(self._owner), time_in_force="day", client_order_id=mark, _continue="1")
        asked = len(self.answers)
        status, place, text = self._submit(ADD, terms)
        found = re.fullmatch(r"/admin/orders/order/(\d+)/change/", place)
        # Only the answer was lost: the form says that there is such an order by now.
        was_done = len(self.answers) > asked + 1 and "already exists" in text
        if status and not found and not was_done:
            self._ledger.fail(f"POST {ADD}: {status} to {place!r}: {_refusals(text)}")
        if not found:
            return None
        entered = Entered(int(found[1]), 1)
        self._acknowledge(entered)
        return entered

    def _amend(self, order: Entered, text: str) -> None:
        """Without an answer it may have been done: this one is left alone, for its version is not known any more."""
        path = f"/admin/orders/order/{order.id}/change/"
        terms = {"quantity": "100", "price": "585.33", "stop_price": "", "text": text}
        asked = len(self.answers)
        status, place, body = self._submit(path, {**terms, "expected_version": str(order.version), **NO_EXECUTIONS})
        if place == "/admin/orders/order/":
            order.version += 1
            self._acknowledge(order)
            return
        self._order = None
        if status and len(self.answers) == asked + 1:
            self._ledger.fail(f"POST {path}: {status} to {place!r}: {_refusals(body)}")

    def _submit(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """The status, where it leads to, and the page."""
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN})
        status, head, text = self._until_answered("POST", path, body, self._headers)
        return status, head.get("Location", ""), text

    def _acknowledge(self, order: Entered) -> None:
        self._ledger.acknowledge({"user": self._trader.name, "id": order.id, "version": order.version})


def _refusals(page: str) -> str:
    return " ".join(re.findall(r'class="errorlist[^>]*>(.*?)</ul>', page, re.DOTALL))[:300] or page[:200]
