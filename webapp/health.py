"""Health checks: liveness, readiness, and the address of the metrics."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from market.live import redis_board, redis_client
from webapp import metrics

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


def metrics_text(request: HttpRequest) -> HttpResponse:
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


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


def _answers(url: str) -> bool:
    try:
        return bool(redis_client.connect(BROKER_SECONDS, url).ping())
    except redis.RedisError:
        return False
