"""Prices as they come: from the process that leads the feed, through Redis, to everyone who watches.

Knows ticks, quotes and bars; not where they come from (that is `market.feeds`), nor what anyone trades.
"""
