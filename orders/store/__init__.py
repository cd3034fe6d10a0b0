"""SQL for which the ORM is too slow, and consistent snapshots.

Knows tables and databases, but no rules of trading.
"""
