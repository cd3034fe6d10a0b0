"""The instruments: searching them, and reading them from a file.

Knows the stored instruments; nothing of their prices.
"""
