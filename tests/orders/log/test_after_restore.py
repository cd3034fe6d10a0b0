"""A database that was brought back to an earlier state: numbers that clients have seen never mean something else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from orders.live.threads import in_thread
from orders.models import EventCounter, OrderEvent
from tests.orders.builders import place
from tests.sockets import connected

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def place_some(owner: User, number: int) -> None:
    for _ in range(number):
        place(owner)


def bring_back(owner: User, head: int) -> None:
    """As a restore of an older backup leaves the log."""
    OrderEvent.objects.filter(user=owner, seq__gt=head).delete()
    EventCounter.objects.filter(user=owner).update(head=head)


async def test_a_client_that_has_seen_what_a_restore_took_back_is_told_to_reload(alice: User) -> None:
    await in_thread(place_some, alice, 5)
    await in_thread(bring_back, alice, 3)
    await in_thread(call_command, "after_restore", verbosity=0)
    # By now the log has again got as far as the client, with other events.
    await in_thread(place_some, alice, 4)

    async with connected(alice) as client:
        answer = await client.ask(type="subscribe", stream="orders", after=5)
        reset = await client.frame()

        assert (reset["type"], reset["head"]) == ("reset", answer["head"])
        client.last["alice"] = reset["head"]
        await in_thread(place, alice)
        await client.until_applied(lambda: client.last["alice"] == reset["head"] + 1)


def test_every_owner_s_numbers_go_on_without_a_hole(alice: User, bob: User) -> None:
    place_some(alice, 2)
    place(bob)
    call_command("after_restore", verbosity=0)
    place_some(alice, 2)

    heads = dict(EventCounter.objects.values_list("user__username", "head"))
    newest = OrderEvent.objects.filter(user=alice).order_by("seq").values_list("seq", flat=True)
    assert heads["alice"] - 1 == list(newest)[-2]
    assert EventCounter.objects.get(user=alice).trimmed == heads["alice"] - 2
    assert EventCounter.objects.get(user=bob).trimmed == heads["bob"]


def test_rest_and_socket_tell_the_same_of_a_log_that_was_restored(alice: User, as_user: Any) -> None:
    place_some(alice, 3)
    order = place(alice)
    bring_back(alice, 4)
    call_command("after_restore", verbosity=0)
    api = as_user(alice)
    head = EventCounter.objects.get(user=alice).head

    assert api.get("/api/events/").json() == {"head": head, "results": []}
    place_some(alice, 2)
    for after in (0, 3, head):
        told = api.get("/api/events/", {"after": after}).json()
        assert (told["head"], [event["seq"] for event in told["results"]]) == (head + 2, [head + 1, head + 2])
    assert len(api.get("/api/events/", {"limit": 1}).json()["results"]) == 1
    # What became of an order is known for as long as the database has it.
    assert [event["seq"] for event in api.get(f"/api/orders/{order.pk}/events/").json()["results"]] == [4]
