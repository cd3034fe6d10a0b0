"""Reasons for which a feed ignores input, the keys of `Status.counts`; docs/feeds.md explains each."""

from __future__ import annotations

# The connection
MALFORMED = "malformed"
UNKNOWN = "unknown"
UNWANTED = "unwanted"
ERROR = "error"
REFUSED_SYMBOL = "refused_symbol"
NOT_NOW = "not_now"
UNHEARD = "unheard"
SYMBOL_LIMIT = "symbol_limit"

# The guard
NOT_A_PRICE = "not_a_price"
NOT_A_SIZE = "not_a_size"
NOT_A_TIME = "not_a_time"
AHEAD = "ahead"
OLD = "old"
DUPLICATE = "duplicate"
FAR = "far"
CROSSED = "crossed"
