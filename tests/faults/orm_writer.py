"""Writes orders by the ORM until its input closes: `python -m tests.faults.orm_writer '{"users": […], "rate": 50}'`.

A JSON line tells of each transaction: `done` [{user, id, version}] once it has committed, with `seconds`; `rolled_back`
the mark of what must never be seen; `failed` where the database refused.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402 the apps must be loaded first
from django.db import DatabaseError, InterfaceError, connection, transaction  # noqa: E402

from orders.models import Order  # noqa: E402

ROLLED_BACK = 0.3
PAUSE_SECONDS = 0.2


class Thrown(Exception):
    """Ends a transaction that is meant to be rolled back."""


class Writer:
    def __init__(self, task: dict[str, Any]) -> None:
        self.users = list(User.objects.filter(username__in=task["users"]))
        self.random = random.Random(task["seed"])
        self.names = task["actions"] or ["create", "save", "update", "bulk_create", "delete"]
        self.rate = task["rate"]
        self.known: dict[int, list[int]] = {user.pk: [] for user in self.users}
        self.marks = 0

    def run(self) -> None:
        over = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()  # type: ignore[func-returns-value]
        while not over.is_set():
            began = time.monotonic()
            try:
                self.step()
            except (DatabaseError, InterfaceError) as error:
                say(failed=f"{type(error).__name__}: {error}")
                connection.close()
                over.wait(PAUSE_SECONDS)
            over.wait(max(0.0, began + 1 / self.rate - time.monotonic()))

    def step(self) -> None:
        """One transaction of one owner, sometimes with a savepoint rolled back in it, sometimes rolled back itself."""
        user = self.random.choice(self.users)
        name = self.random.choice(self.names) if self.known[user.pk] else "create"
        plain = self.names == ["save"]
        mark = "" if plain or self.random.random() > ROLLED_BACK else self.mark()
        began = time.monotonic()
        try:
            with transaction.atomic():
                if not plain and self.random.random() < ROLLED_BACK:
                    self.roll_back_a_savepoint(user)
                done = getattr(self, name)(user, mark or f"by {name}")
                if mark:
                    raise Thrown
        except Thrown:
            say(rolled_back=mark)
            return
        seconds = time.monotonic() - began
        gone = {order["id"] for order in done} if name == "delete" else set()
        made = {order["id"] for order in done} - gone
        self.known[user.pk] = [*({*self.known[user.pk], *made} - gone)][-200:]
        say(done=[{"user": user.username, **order} for order in done], seconds=seconds)

    def roll_back_a_savepoint(self, user: User) -> None:
        mark = self.mark()
        try:
            with transaction.atomic():
                self.create(user, mark)
                raise Thrown
        except Thrown:
            say(rolled_back=mark)

    def create(self, user: User, text: str) -> list[dict[str, int]]:
        order = new(user, text)
        order.save()
        return [told(order)]

    def save(self, user: User, text: str) -> list[dict[str, int]]:
        orders = self.some(user, 1)
        for order in orders:
            order.text = f"{text} {self.random.random()}" if text.startswith("by ") else text
            order.save(update_fields=["text"])
        return [told(order) for order in orders]

    def update(self, user: User, text: str) -> list[dict[str, int]]:
        ids = [order.pk for order in self.some(user, 3)]
        text = f"{text} {self.random.random()}" if text.startswith("by ") else text
        Order.objects.filter(pk__in=ids).update(text=text)
        return [told(order) for order in Order.objects.filter(pk__in=ids)]

    def bulk_create(self, user: User, text: str) -> list[dict[str, int]]:
        return [told(order) for order in Order.objects.bulk_create([new(user, text) for _ in range(3)])]

    def delete(self, user: User, text: str) -> list[dict[str, int]]:
        """A deletion is the version that follows the row's last one. Text can't be given: a mark changes it first."""
        done = []
        for order in self.some(user, 1):
            if not text.startswith("by "):
                order.text = text
                order.save(update_fields=["text"])
            done.append({"id": order.pk, "version": order.version + 1})
            order.delete()
        return done

    def some(self, user: User, number: int) -> list[Order]:
        known = self.known[user.pk]
        ids = self.random.sample(known, min(number, len(known)))
        return list(Order.objects.filter(pk__in=ids).order_by("pk"))

    def mark(self) -> str:
        self.marks += 1
        return f"rolled-back-{os.getpid()}-{self.marks}"


def new(user: User, text: str) -> Order:
    return Order(user=user, symbol_id="AAPL", side="buy", order_type="limit", quantity="100", price="585.33", text=text)


def told(order: Order) -> dict[str, int]:
    return {"id": order.pk, "version": order.version}


def say(**what: Any) -> None:
    # In one piece: several threads may have something to say.
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Writer(json.loads(sys.argv[1])).run()
