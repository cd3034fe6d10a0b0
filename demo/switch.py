"""The demo flow: two minutes of order flow for a demo person, in a thread of the server, ended from any process.

The row in `DemoRun` is the switch: the thread plays while the row holds its token and its time has not come. It says so
in the row with each deed; a flow that has not been seen for a moment died with its process, and plays no more. The
process that is asked to play does so itself: whether another one still does, it can't know at once.
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
# One that was not seen for so long plays no more; were it only slow, it ends where another takes over.
UNSEEN = timedelta(seconds=2)
# Of the runs that threads of this process play.
_tokens: set[uuid.UUID] = set()


def start(user: Any) -> datetime:
    """Plays from now on, or goes on playing here what another process may have left; when it will end."""
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
    """Ends the flow, whichever process plays it."""
    DemoRun.objects.filter(user=user).delete()


def running(user: Any) -> datetime | None:
    """When the flow will end; None while none plays."""
    return _playing(user).values_list("ends_at", flat=True).first()


def play(user: User, token: uuid.UUID, pause: threading.Event) -> int:
    """Does one deed after the other until the switch is off; the number of deeds done."""
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
    """Whether to play on, which is said where others see it."""
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
