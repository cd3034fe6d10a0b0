"""The instrument catalog: search, and import from a CSV file.

Knows the stored instruments, not their prices.
"""
