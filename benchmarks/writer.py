"""A process that saves orders in the product or the baseline, or publishes to the floor: `helpers.helper("writer")`.

DJANGO_SETTINGS_MODULE selects the site; without it the floor gets messages of the same size.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks import helpers

SETTINGS = os.environ.get("DJANGO_SETTINGS_MODULE", "")
IS_PRODUCT = SETTINGS.startswith("webapp")
_made = 0


def saves(count: int, pause: float, owners: list[str]) -> list[float]:
    """Save new orders of these owners in turn; returns the milliseconds of each save."""
    return _timed(_maker(owners), count, pause)


def changes(count: int, text: str) -> list[float]:
    """Change one order `count` times; each text is `text` with a -, the number of the change and a ;."""
    from django.apps import apps

    model: Any = apps.get_model("orders" if IS_PRODUCT else "plain_channels", "Order")
    order = model.objects.filter(user__username="bench").order_by("-pk")[0]
    numbers = iter(range(1, count + 1))

    def change() -> None:
        order.text = f"{text}-{next(numbers)};"
        order.save(update_fields=["text", "updated_at"]) if not IS_PRODUCT else order.save(update_fields=["text"])

    return _timed(change, count, 0)


def cost(count: int, mode: str, owner: str) -> list[float]:
    """Milliseconds of each save: `bare` as Django does it, `log` with the event but unpublished, or `stream`."""
    from django.db import transaction
    from django.db.models import Model

    from orders.live import publisher

    make = _maker([owner], save=False)
    if mode == "bare":

        def save() -> None:
            with transaction.atomic():
                Model.save_base(make(), raw=True, force_insert=True)

        return _timed(save, count, 0)
    put = publisher.publisher.put
    if mode == "log":
        publisher.publisher.put = lambda events, at: None  # type: ignore[method-assign]
    try:
        return _timed(lambda: make().save(force_insert=True), count, 0)
    finally:
        publisher.publisher.put = put  # type: ignore[method-assign]
        publisher.publisher.flush(5)


def _maker(owners: list[str], *, save: bool = True) -> Callable[[], Any]:
    if not SETTINGS:
        return _to_floor()
    from django.apps import apps
    from django.contrib.auth import get_user_model

    model: Any = apps.get_model("orders" if IS_PRODUCT else "plain_channels", "Order")
    found = {user.username: user for user in get_user_model().objects.filter(username__in=owners)}
    symbol = {"symbol_id": "AAPL"} if IS_PRODUCT else {"symbol": "AAPL"}

    def make() -> Any:
        global _made
        _made += 1
        order = model(
            user=found[owners[_made % len(owners)]],
            client_order_id=f"w-{os.getpid()}-{_made}",
            side="buy",
            quantity=Decimal(18),
            price=Decimal("585.33"),
            **symbol,
        )
        if save:
            order.save(force_insert=True)
        return order

    return make


def _to_floor() -> Callable[[], Any]:
    import redis

    from benchmarks.floor import CHANNEL

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    filling = "x" * 700

    def publish() -> None:
        client.publish(CHANNEL, json.dumps({"committed": time.time() * 1000, "order": filling}))

    return publish


def _timed(save: Callable[[], Any], count: int, pause: float) -> list[float]:
    taken = []
    gc.collect()
    for _ in range(count):
        began = time.perf_counter()
        save()
        taken.append((time.perf_counter() - began) * 1000)
        if pause:
            time.sleep(pause)
    return taken


if __name__ == "__main__":
    if SETTINGS:
        import django

        django.setup()
    helpers.serve({"saves": saves, "changes": changes, "cost": cost})
