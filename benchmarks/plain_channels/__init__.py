"""The baseline: the same order form pushed to a websocket the way Channels' own tutorial does it, and nothing more.

One group a user, `async_to_sync(group_send)` in `post_save`, one `AsyncJsonWebsocketConsumer` a socket; no log, no
numbers, no replay. Its figures are what the benchmarks are ratios of.
"""
