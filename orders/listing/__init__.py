"""Lists of orders: filters, sorts, search, pages and totals.

Reads alone. Knows nothing of the protocol in which a list is asked for.
"""
