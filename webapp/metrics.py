"""Metrics of a server for Prometheus: those of all its web processes together, whichever of them answers.

Under `serve` each process keeps its own in files of one folder, and prometheus-client's multiprocess mode adds them up.
What a process has counted stays in the sums when it ends; what it held open does not. A process that gets no room there
tells of itself alone.
"""

from __future__ import annotations

import math
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

import redis
from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from market.live import redis_board
from market.live.hub import QuoteHub
from orders.live import hubs, publisher
from orders.live.hub import Hub
from orders.socket import quotes, registry
from webapp import env

Read = Callable[[], float]

OWN = CollectorRegistry()
STARTED = time.time()
FILES = ("counter", "gauge_livemax", "gauge_livesum", "gauge_livemostrecent")
FILE_BYTES = 1 << 16
disable_created_metrics()  # type: ignore[no-untyped-call]


def has_room(folder: Path, names: Iterable[str] = FILES) -> bool:
    """Whether this process's files could be given all the room that they take.

    prometheus-client maps sparse files into memory: where the disk is full, the first write would end the process.
    """
    try:
        for name in names:
            with open(folder / f"{name}_{os.getpid()}.db", "ab") as file:
                os.posix_fallocate(file.fileno(), 0, FILE_BYTES)
    except OSError:
        return False
    return True


IS_SHARED = (folder := env.passed_on(env.METRICS)) is not None and has_room(Path(folder))
if not IS_SHARED:
    values.ValueClass = values.MutexValue


def _gauge(name: str, mode: str, text: str, read: Read) -> tuple[Gauge, Read]:
    """`mode` says what becomes of the values of several processes."""
    return Gauge(name, text, registry=OWN, multiprocess_mode=mode), read  # type: ignore[arg-type]


def _counter(name: str, text: str, read: Read) -> tuple[Counter, Read]:
    return Counter(name, text, registry=OWN), read


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _max_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _of_hubs(read: Callable[[Hub], float]) -> Read:
    return lambda: sum(map(read, hubs.hubs()))


def _of_quotes(read: Callable[[QuoteHub], float]) -> Read:
    return lambda: sum(map(read, quotes.quote_hubs()))


FIGURES: list[tuple[Gauge | Counter, Read]] = [
    _gauge("process_start_time_seconds", "livemax", "Start of the newest web process, unix seconds.", lambda: STARTED),
    _counter("process_cpu_seconds_total", "Processor time used by the web processes.", _cpu_seconds),
    _gauge("process_max_resident_memory_bytes", "livemax", "Max resident memory of a web process.", _max_memory),
    _counter("orders_events_published_total", "Events published to Redis.", lambda: publisher.publisher.published),
    _counter("orders_events_dropped_total", "Events left to the sweep.", lambda: publisher.publisher.dropped),
    _counter("orders_broker_failures_total", "Failed sends to Redis.", lambda: publisher.publisher.failures),
    _gauge("orders_sockets", "livesum", "Websockets open now.", registry.open_sockets),
    _gauge("orders_streams", "livesum", "Owners followed now, per process.", _of_hubs(lambda hub: len(hub.streams))),
    _counter("orders_stream_gaps_total", "Announcements that were not the next event.", _of_hubs(lambda hub: hub.gaps)),
    _counter("orders_streams_swept_total", "Streams found behind the log.", _of_hubs(lambda hub: hub.swept)),
    _gauge("prices_viewers", "livesum", "Websockets that watch prices.", _of_quotes(lambda hub: hub.viewers)),
    _gauge("prices_symbols", "livesum", "Symbols followed, per process.", _of_quotes(lambda hub: hub.symbols)),
    _counter("prices_changes_total", "Changed prices received.", _of_quotes(lambda hub: hub.taken)),
    _counter("prices_frames_total", "Frames of prices sent.", _of_quotes(lambda hub: hub.frames)),
    _counter("prices_conflated_total", "Changes a later one replaced.", _of_quotes(lambda hub: hub.conflated)),
]
FEED_LIVE = Gauge("prices_feed_live", "Whether the feed is live.", registry=OWN, multiprocess_mode="livemostrecent")
FEED_AGE = Gauge(
    "prices_feed_age_seconds",
    "Seconds since the feed last reported; NaN without a feed.",
    registry=OWN,
    multiprocess_mode="livemostrecent",
)
_counted: dict[Counter, float] = {}
_updating = Lock()


def update() -> None:
    """Write this process's figures where a scrape of any process finds them."""
    with _updating:
        for metric, read in FIGURES:
            value = read()
            if isinstance(metric, Gauge):
                metric.set(value)
            else:
                metric.inc(value - _counted.get(metric, 0.0))
                _counted[metric] = value


def text() -> bytes:
    """All figures in Prometheus's text format."""
    update()
    is_live, age = _feed()
    FEED_LIVE.set(is_live)
    FEED_AGE.set(age)
    if not IS_SHARED:
        return generate_latest(OWN)
    shared = CollectorRegistry()
    try:
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    except ValueError:  # the folder was removed
        return generate_latest(OWN)
    return generate_latest(shared)


def _feed() -> tuple[bool, float]:
    """Whether the feed is live, and the seconds since its process last reported."""
    try:
        told = redis_board.said(redis_board.feed_text()) if settings.FEED != "off" else None
    except redis.RedisError:
        told = None
    if told is None:
        return False, math.nan
    at = told.get("at")
    said_at = at / 1000 if isinstance(at, int | float) else 0.0  # other programs may write there, too
    return told.get("state") == "live", max(0.0, time.time() - said_at)
