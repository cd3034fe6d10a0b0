"""The models: fields, constraints, and writes that record every change.

Knows the states and the JSON row, but no HTTP, sockets or permissions.
"""

from orders.models.changes import Change
from orders.models.log import EventCounter, OrderEvent
from orders.models.order import Execution, Order, new_client_order_id  # migrations import it from here

__all__ = ["Change", "EventCounter", "Execution", "Order", "OrderEvent", "new_client_order_id"]
