"""One transaction that is held open: `python -m tests.faults.held_writer NAME TEXT`.

Places an order for NAME, prints `open`, waits for its input to end, commits, and prints the order as `done`.
"""

from __future__ import annotations

import sys

from tests.faults.orm_writer import new, say, told  # also sets Django up

from django.contrib.auth.models import User  # isort: skip
from django.db import transaction  # isort: skip


def main() -> None:
    name, text = sys.argv[1:]
    with transaction.atomic():
        order = new(User.objects.get(username=name), text)
        order.save()
        say(open=True)
        sys.stdin.read()
    say(done=[{"user": name, **told(order)}])


if __name__ == "__main__":
    main()
