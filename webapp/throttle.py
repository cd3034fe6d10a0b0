"""Optional rate limit on REST requests: ORDERS_REQUESTS_PER_MINUTE per user, across all processes."""

from __future__ import annotations

from functools import cache
from time import time
from typing import Any

import redis
from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from market.live import redis_client
from market.live.redis_names import name

PERIOD = RateLimitItemPerMinute
REDIS_SECONDS = 0.2


@cache
def _limiter(address: str, seconds: float) -> FixedWindowRateLimiter:
    pool = redis_client.connect(seconds, address).connection_pool
    return FixedWindowRateLimiter(RedisStorage(address, pool, name("orders.requests")))


class RequestRate(BaseThrottle):
    """Counts each user's requests in Redis, a minute from the first of them on; while Redis is down, no limit."""

    def allow_request(self, request: Request, view: Any) -> bool:
        most = settings.ORDERS_REQUESTS_PER_MINUTE
        if most is None or request.user.pk is None:
            return True
        limiter, limit, user = _limiter(redis_client.url(), REDIS_SECONDS), PERIOD(most), str(request.user.pk)
        try:
            if limiter.hit(limit, user):
                return True
            self._again_at = limiter.get_window_stats(limit, user).reset_time
        except redis.RedisError:
            return True
        return False

    def wait(self) -> float:
        # At least one: Redis tells whole seconds, and without a wait the answer would have no Retry-After.
        return max(1.0, self._again_at - time())
