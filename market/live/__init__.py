"""Live prices: from the leader's feed, through Redis, to every viewer.

Knows ticks, quotes and bars; not their source (that is `market.feeds`), nor orders.
"""
