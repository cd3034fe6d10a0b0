"""Delivery: what was committed reaches every socket that follows its owner, once and in order.

Knows the log and Redis; nothing of people's rights. What Redis says is a hint, and the log is the truth.
"""
