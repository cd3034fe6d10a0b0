"""SQL that the ORM is too slow for, and reads of one moment.

Knows tables and databases; nothing of what an order may do.
"""
