"""The baseline: the same order, pushed to a websocket the way Channels' own tutorial does it, and nothing more.

One group a user, `async_to_sync(group_send)` in `post_save`, one `AsyncJsonWebsocketConsumer` a socket; no log, no
numbers, no replay. The benchmarks' ratios are to its figures.
"""
