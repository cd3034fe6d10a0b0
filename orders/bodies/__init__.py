"""What is sent of an order, by REST or socket, into the types of `orders.trading`; and its shapes for the schema.

Refuses what can't be read; what may be done is decided in `orders.trading`.
"""
