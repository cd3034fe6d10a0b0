"""Health checks: liveness, readiness, and metrics for Prometheus."""

from __future__ import annotations

import math
import resource
import sys
import time

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from market.live import redis_board, redis_client
from orders.live import hubs, publisher
from orders.socket import quotes, registry

STARTED = time.time()
BROKER_SECONDS = 1.0


def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 only if the database and Redis answer and, unless FEED is off, a feed runs and there are prices."""
    found = {"database": _database(), "broker": _broker()}
    if settings.FEED != "off":
        found["prices"] = _prices()
    good = all(found.values())
    status = {name: "ok" if well else "down" for name, well in found.items()}
    answer = JsonResponse({"status": "ok" if good else "unavailable", **status}, status=200 if good else 503)
    # The response suffices; Django would also log an error for each check of a site that is still starting.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics in Prometheus's text format; the counters are those of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    followed = hubs.hubs()
    streams = sum(len(each.streams) for each in followed)
    gaps, swept = sum(each.gaps for each in followed), sum(each.swept for each in followed)
    prices = quotes.quote_hubs()
    is_live, age = _feed()
    figures = [
        ("process_start_time_seconds", "gauge", "Start of this process, unix seconds.", STARTED),
        ("process_cpu_seconds_total", "counter", "Processor time used.", usage.ru_utime + usage.ru_stime),
        ("process_max_resident_memory_bytes", "gauge", "Max resident memory.", memory),
        ("orders_events_published_total", "counter", "Events published to Redis.", publisher.publisher.published),
        ("orders_events_dropped_total", "counter", "Events left to the sweep.", publisher.publisher.dropped),
        ("orders_broker_failures_total", "counter", "Failed sends to Redis.", publisher.publisher.failures),
        ("orders_sockets", "gauge", "Websockets open now.", registry.open_sockets()),
        ("orders_streams", "gauge", "Owners whose events are followed now.", streams),
        ("orders_stream_gaps_total", "counter", "Announcements that were not the next event.", gaps),
        ("orders_streams_swept_total", "counter", "Streams found behind the log by the sweep.", swept),
        ("prices_viewers", "gauge", "Websockets that watch prices.", sum(each.viewers for each in prices)),
        ("prices_symbols", "gauge", "Symbols followed for them.", sum(each.symbols for each in prices)),
        ("prices_changes_total", "counter", "Changed prices received.", sum(each.taken for each in prices)),
        ("prices_frames_total", "counter", "Frames of prices sent.", sum(each.frames for each in prices)),
        ("prices_conflated_total", "counter", "Changes a later one replaced.", sum(each.conflated for each in prices)),
        ("prices_feed_live", "gauge", "Whether the feed is live, for all processes.", int(is_live)),
        ("prices_feed_age_seconds", "gauge", "Seconds since the feed last reported; NaN without a feed.", age),
    ]
    lines = [f"# HELP {name} {text}\n# TYPE {name} {kind}\n{name} {value}" for name, kind, text, value in figures]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _broker() -> bool:
    return all(_answers(url) for url in redis_client.urls())


def _prices() -> bool:
    try:
        return redis_board.has_prices()
    except redis.RedisError:
        return False


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


def _answers(url: str) -> bool:
    try:
        return bool(redis_client.connect(BROKER_SECONDS, url).ping())
    except redis.RedisError:
        return False
