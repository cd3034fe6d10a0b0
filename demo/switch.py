"""The demo flow's switch: two minutes of order flow for a demo person, in a server thread; any process can stop it.

The row in `DemoRun` is the switch: the thread plays while the row holds its token and `ends_at` lies ahead. With each
action it writes a heartbeat into the row; a flow without a recent heartbeat has died with its process, and counts as
stopped. A process that is asked to start the flow plays it itself: it can't know at once whether another still does.
"""

from __future__ import annotations

import logging
import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from demo.models import DemoRun
from demo.simulation import Flow

log = logging.getLogger(__name__)

LASTS = timedelta(minutes=2)
STEPS_A_SECOND = 4.0
# The heartbeat's timeout: a flow silent for longer counts as stopped; if it was only slow, it ends when another starts.
UNSEEN = timedelta(seconds=2)
# The tokens of the runs that threads of this process play.
_tokens: set[uuid.UUID] = set()


def start(user: Any) -> datetime:
    """Start the flow, or continue here one that another process may have left; return its end time."""
    with transaction.atomic():
        playing = _playing(user).select_for_update().first()
        if playing is not None and playing.token in _tokens:
            return playing.ends_at
        now = timezone.now()
        ends_at = playing.ends_at if playing is not None else now + LASTS
        fresh = {"token": uuid.uuid4(), "ends_at": ends_at, "seen_at": now}
        run, _ = DemoRun.objects.update_or_create(user=user, defaults=fresh)
        transaction.on_commit(lambda: _play_in_thread(user, run.token))
    return run.ends_at


def stop(user: Any) -> None:
    """Stop the flow, whichever process plays it."""
    DemoRun.objects.filter(user=user).delete()


def running(user: Any) -> datetime | None:
    """The end time of the flow; None if none is running."""
    return _playing(user).values_list("ends_at", flat=True).first()


def play(user: User, token: uuid.UUID, pause: threading.Event) -> int:
    """Do one action after the other until the switch is off; return the number of actions done."""
    flow = Flow(user)
    done = 0
    while _is_on(user, token):
        done += flow.step()
        pause.wait(1 / STEPS_A_SECOND)
    DemoRun.objects.filter(user=user, token=token).delete()
    return done


def _playing(user: Any) -> QuerySet[DemoRun]:
    now = timezone.now()
    return DemoRun.objects.filter(user=user, ends_at__gt=now, seen_at__gt=now - UNSEEN)


def _is_on(user: User, token: uuid.UUID) -> bool:
    """Whether to play on; writes the heartbeat too."""
    now = timezone.now()
    return bool(DemoRun.objects.filter(user=user, token=token, ends_at__gt=now).update(seen_at=now))


def _play_in_thread(user: User, token: uuid.UUID) -> None:
    _tokens.add(token)
    threading.Thread(target=_play, args=(user, token), name=f"demo-{user.pk}", daemon=True).start()


def _play(user: User, token: uuid.UUID) -> None:
    try:
        play(user, token, threading.Event())
    except Exception:
        log.exception("The demo flow of %s ended early.", user.get_username())
        DemoRun.objects.filter(user=user, token=token).delete()
    finally:
        _tokens.discard(token)
        connections.close_all()
