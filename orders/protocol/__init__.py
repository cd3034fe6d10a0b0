"""The WebSocket protocol: every frame in both directions, and the strict JSON of frames and request bodies.

Knows message texts and their limits; nothing of sockets, users or the database.
"""
