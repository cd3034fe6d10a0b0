"""What the page is told of orders is what the rules say, and all that it needs of them."""

from __future__ import annotations

import json
import re

from django.contrib.auth.models import User
from django.test import Client

from orders.domain.fields import COLUMNS, NAMES, SORTS
from orders.domain.lifecycle import STEPS, TABS, Kind, OrderType, Status, Step
from orders.domain.page_tables import page_tables


def test_each_status_has_its_word_its_tab_and_what_its_owner_may_ask_for() -> None:
    told = page_tables()["statuses"]
    assert list(told) == list(Status)
    for status in Status:
        terms = told[status]
        assert status in TABS[terms["tab"]]
        assert terms["tab"] != "all"
        assert terms["can_amend"] == (Step.AMEND in STEPS[status])
        assert terms["can_cancel"] == (Step.REQUEST_CANCEL in STEPS[status])
        assert terms["label"]


def test_every_kind_and_type_has_a_word_and_every_field_a_column() -> None:
    told = page_tables()
    assert (list(told["kinds"]), list(told["order_types"])) == (list(Kind), list(OrderType))
    assert told["tabs"] == list(TABS)
    columns = {column["field"]: column for column in told["columns"]}
    assert tuple(columns) == COLUMNS
    assert set(columns) == set(NAMES)
    assert {name for name, column in columns.items() if column["sorted"]} == set(SORTS)


def test_the_page_holds_them_as_data(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/").content.decode()
    [told] = re.findall(r'<script id="page-tables" type="application/json">(.*?)</script>', page)
    assert json.loads(told) == page_tables()
