"""Optional rate limit on REST requests: ORDERS_REQUESTS_PER_MINUTE per user, across all processes."""

from __future__ import annotations

from time import time
from typing import Any

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from market.live import redis_client
from market.live.redis_names import name

MINUTE = 60
BROKER_SECONDS = 0.2


class RequestRate(BaseThrottle):
    """Counts each user's requests per minute in Redis; while Redis is down, there is no limit."""

    def allow_request(self, request: Request, view: Any) -> bool:
        most = settings.ORDERS_REQUESTS_PER_MINUTE
        if most is None or request.user.pk is None:
            return True
        key = name(f"orders.requests.{request.user.pk}.{int(time()) // MINUTE}")
        try:
            with redis_client.connect(BROKER_SECONDS).pipeline() as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, MINUTE)
                count, _ = pipeline.execute()
        except redis.RedisError:
            return True
        return bool(count <= most)

    def wait(self) -> float:
        return MINUTE - time() % MINUTE
