"""Request bodies of REST and the socket, parsed into the types of `orders.trading`; and their shapes for the schema.

Refuses bodies that can't be parsed; `orders.trading` decides what is allowed.
"""
