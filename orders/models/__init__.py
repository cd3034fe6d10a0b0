"""What is stored.

Fields, constraints, and writes that leave no change unrecorded. Knows the states and the JSON row; nothing of HTTP,
sockets or permissions.
"""

from orders.models.changes import Change
from orders.models.log import EventCounter, OrderEvent
from orders.models.order import Execution, Order, new_client_order_id  # migrations know it from here

__all__ = ["Change", "EventCounter", "Execution", "Order", "OrderEvent", "new_client_order_id"]
