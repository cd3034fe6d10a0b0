"""One websocket: who it is, whom it follows, what it may ask, and how it ends.

Knows its person and the frames; rules live in `orders.trading`, delivery in `orders.live`.
"""
