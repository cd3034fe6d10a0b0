"""Lists of orders: filters, sorts, search, pages and totals.

Only reads. Doesn't know the protocol in which a list is requested.
"""
