"""The REST API: one module for each thing that has an address.

Knows requests and answers; rules live in `orders.trading`, lists in `orders.listing`.
"""
