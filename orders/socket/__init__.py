"""One WebSocket: its authentication, subscriptions, commands, rate limit and close.

Knows its user and the frames; rules live in `orders.trading`, delivery in `orders.live`.
"""
