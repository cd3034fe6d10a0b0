"""The REST API: one module per resource.

Knows requests and responses; rules live in `orders.trading`, lists in `orders.listing`.
"""
