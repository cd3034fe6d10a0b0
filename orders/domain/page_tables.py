"""Tables that the page's HTML embeds, so that its scripts need no copy: labels, tabs, legal steps and columns.

`python -m orders.domain.page_tables` prints them as JSON, for tests of the page's modules.
"""

from __future__ import annotations

import json
from typing import Any

from orders.domain.fields import COLUMNS, FIELDS, Field, Value
from orders.domain.lifecycle import (
    KIND_LABELS,
    ORDER_TYPE_LABELS,
    STATUS_LABELS,
    TAB_OF,
    TABS,
    Kind,
    Status,
    Step,
    is_legal,
)

# Types of fields whose cells are right-aligned.
NUMERIC = (Value.AMOUNT, Value.WHOLE)


def page_tables() -> dict[str, Any]:
    """JSON values only; `static/js/orders/tables.js` describes their shape."""
    fields = {field.name: field for field in FIELDS}
    return {
        "tabs": list(TABS),
        "statuses": {str(status): _status(status) for status in Status},
        "kinds": {str(kind): KIND_LABELS[kind] for kind in Kind},
        "order_types": {str(each): label for each, label in ORDER_TYPE_LABELS.items()},
        "columns": [_column(fields[name]) for name in COLUMNS],
    }


def _status(status: Status) -> dict[str, Any]:
    """The label and tab of a status, and which steps its owner may request."""
    return {
        "label": STATUS_LABELS[status],
        "tab": TAB_OF[status],
        "can_amend": is_legal(status, Step.AMEND),
        "can_cancel": is_legal(status, Step.REQUEST_CANCEL),
    }


def _column(field: Field) -> dict[str, Any]:
    return {
        "field": field.name,
        "title": field.title,
        "digits": field.digits,
        "value": str(field.value),
        "numeric": field.value in NUMERIC,
        "sorted": field.is_sorted,
    }


if __name__ == "__main__":
    print(json.dumps(page_tables()))
