"""Trading services: place, amend, cancel and execute orders by the rules, for page, REST, socket, admin and import.

Each service is one transaction that locks the order, checks the step against `lifecycle` and saves; the event log
records that save. Refusals are `orders.domain.errors`.
"""

from __future__ import annotations

from orders.domain.errors import in_list
from orders.trading.amending import AMENDABLE, FIXED, Amend, amend, amend_many
from orders.trading.cancelling import cancel
from orders.trading.executing import EXEC_ID_LENGTH, Executed, Report, execute
from orders.trading.permissions import can_execute, can_watch, check_may_change, check_may_execute, visible
from orders.trading.placing import NewOrder, Placed, place, place_many

__all__ = [
    "AMENDABLE",
    "EXEC_ID_LENGTH",
    "FIXED",
    "Amend",
    "Executed",
    "NewOrder",
    "Placed",
    "Report",
    "amend",
    "amend_many",
    "can_execute",
    "can_watch",
    "cancel",
    "check_may_change",
    "check_may_execute",
    "execute",
    "in_list",
    "place",
    "place_many",
    "visible",
]
