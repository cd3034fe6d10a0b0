"""Several threads that write for two people in one transaction, half of them for the one first, half for the other.

`python -m tests.faults.crossing_writers '{"users": ["a", "b"], "writers": 4, "turns": 50}'` prints a JSON line of each
transaction: `done` as `tests.faults.orm_writer` says it, or `failed`.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from tests.faults.orm_writer import new, say, told  # also sets Django up

from django.contrib.auth.models import User  # isort: skip
from django.db import DatabaseError, connection, transaction  # isort: skip

from orders.models import Order  # isort: skip


def write(users: list[User], turns: int, meet: threading.Barrier) -> None:
    """Half of the turns save one by one, half in bulk; all writers are in the middle of a turn at once, if they can."""
    for turn in range(turns):
        done: list[dict[str, Any]] = []
        try:
            with transaction.atomic():
                for user in users:
                    order = new(user, f"turn {turn}")
                    if turn % 2:
                        order.save()
                    else:
                        Order.objects.bulk_create([order])
                    done.append({"user": user.username, **told(order)})
                    wait_a_moment(meet)
            say(done=done)
        except DatabaseError as error:
            say(failed=f"{type(error).__name__}: {error}")
    connection.close()


def wait_a_moment(meet: threading.Barrier) -> None:
    """For the others to come as far; where a lock keeps one of them from it, one goes on without him."""
    try:
        meet.wait(0.01)
    except threading.BrokenBarrierError:
        meet.reset()


def main() -> None:
    task = json.loads(sys.argv[1])
    users = list(User.objects.filter(username__in=task["users"]).order_by("pk"))
    meet = threading.Barrier(task["writers"])
    threads = [
        threading.Thread(target=write, args=(users[:: -1 if number % 2 else 1], task["turns"], meet))
        for number in range(task["writers"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
