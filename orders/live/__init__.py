"""Event delivery: every committed event reaches every socket that follows its owner, once and in order.

Knows the log and Redis, but no permissions. Messages from Redis are hints; the log is the source of truth.
"""
